import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real sshd on loopback with OS users that only it knows: what sessions go to. */
export interface Target {
  readonly port: number;
  /** "TYPE BASE64" of its host key. */
  readonly hostKey: string;
  readonly folder: string;
  /** A command before a command that is to see the target's users. */
  readonly inside: readonly [command: string, ...args: string[]];
  /** Makes an OS user with this password, and this public key if given. */
  addUser(name: string, password: string, publicKey?: string): void;
  /** As the host sees it. */
  uidOf(name: string): number;
  /** Gives it another host key, as a reinstalled machine has. */
  changeHostKey(): Promise<void>;
  /** Accepted and failed logins so far, from its log. */
  log(): string;
  stop(): Promise<void>;
}

export async function startTarget(
  port?: number,
  addresses: readonly string[] = ['127.0.0.1'],
  sftp: string | null = 'internal-sftp',
): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-target-'));
  chmodSync(folder, 0o755);
  const listening = port ?? (await freePort());
  const uids: number[] = [];
  mkdirSync('/run/sshd', { recursive: true });
  makeHostKey(folder);
  writeFileSync(
    join(folder, 'sshd_config'),
    [
      `Port ${listening}`,
      ...addresses.map((address) => `ListenAddress ${address}`),
      `HostKey ${join(folder, 'host_key')}`,
      'UsePAM no',
      'PasswordAuthentication yes',
      'KbdInteractiveAuthentication no',
      `AuthorizedKeysFile ${folder}/keys/%u`,
      'StrictModes no',
      'PrintMotd no',
      'AcceptEnv *',
      'X11Forwarding yes',
      'PrintLastLog no',
      'MaxStartups 200',
      'MaxSessions 100',
      'LogLevel VERBOSE',
      ...(sftp === null ? [] : [`Subsystem sftp ${sftp}`]),
      `PidFile ${folder}/pid`,
      '',
    ].join('\n'),
  );
  mkdirSync(join(folder, 'keys'), { mode: 0o755 });
  copyBooks(folder);
  const logFile = join(folder, 'log');
  let sshd = await run();

  async function run(): Promise<ChildProcess> {
    const child = spawn(
      'unshare',
      [
        ...['--mount', '--propagation', 'private', '--', 'sh', '-c', BIND, join(folder, 'etc')],
        ...['/usr/sbin/sshd', '-D', '-f', join(folder, 'sshd_config'), '-E', logFile],
      ],
      { stdio: 'ignore' },
    );
    await waitForPort(listening);
    return child;
  }
  async function halt(): Promise<void> {
    const ended = new Promise((resolve) => sshd.once('exit', resolve));
    sshd.kill('SIGKILL');
    await ended;
  }

  return {
    port: listening,
    folder,
    get hostKey() {
      return readFileSync(join(folder, 'host_key.pub'), 'utf8').split(' ').slice(0, 2).join(' ').trim();
    },
    addUser(name, password, publicKey) {
      const home = join(folder, 'home', name);
      // no other target has this port now, so nobody else has these uids
      const uid = 100_000 + listening * 16 + uids.length;
      const crypted = execFileSync('openssl', ['passwd', '-6', '-stdin'], {
        input: password,
        encoding: 'utf8',
      });
      const add = (book: (typeof BOOKS)[number], line: string): void =>
        appendFileSync(join(folder, 'etc', book), `${line}\n`);
      add('group', `${name}:x:${uid}:`);
      add('shadow', `${name}:${crypted.trim()}:20000:0:99999:7:::`);
      add('passwd', `${name}:x:${uid}:${uid}::${home}:/bin/bash`);
      uids.push(uid);
      mkdirSync(join(folder, 'home'), { recursive: true });
      cpSync('/etc/skel', home, { recursive: true });
      writeFileSync(
        join(home, '.bashrc'),
        "PS1='target$ '\nunset PROMPT_COMMAND\n[[ $- == *i* ]] && bind 'set enable-bracketed-paste off'\n",
      );
      execFileSync('chown', ['-R', `${uid}:${uid}`, home]);
      if (publicKey !== undefined) writeFileSync(join(folder, 'keys', name), publicKey, { mode: 0o644 });
    },
    uidOf: (name) => statSync(join(folder, 'home', name)).uid,
    async changeHostKey() {
      await halt();
      makeHostKey(folder);
      sshd = await run();
    },
    get inside(): [string, ...string[]] {
      return ['nsenter', `--mount=/proc/${sshd.pid ?? 0}/ns/mnt`, '--'];
    },
    log: () => readFileSync(logFile, 'utf8'),
    async stop() {
      await halt();
      // whatever is left of their sessions; it is no error that nothing is
      for (const uid of uids) spawnSync('pkill', ['-KILL', '-u', String(uid)], { stdio: 'ignore' });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * The target sees an /etc of its own, so that it may run beside others and leaves nobody behind. Not just the files that
 * matter: whoever adds a user to the host meanwhile would take away what is mounted over a file.
 */
const BIND = 'mount --bind "$0" /etc && exec "$@"';
const BOOKS = ['passwd', 'shadow', 'group'] as const;

/** Copies of the host's, without the people in them: their names must be free. */
function copyBooks(folder: string): void {
  // it may complain of a file that was gone before it came to it
  spawnSync('cp', ['-a', '/etc', folder]);
  const linesOf = (book: string): string[] => readFileSync(join('/etc', book), 'utf8').trimEnd().split('\n');
  const people = linesOf('passwd')
    .map((line) => line.split(':'))
    .filter(([, , uid]) => Number(uid) >= 1000 && Number(uid) < 65_000)
    .map(([name]) => name);
  for (const book of BOOKS) {
    const kept = linesOf(book).filter((line) => !people.includes(line.split(':')[0]));
    writeFileSync(join(folder, 'etc', book), `${kept.join('\n')}\n`, {
      mode: book === 'shadow' ? 0o600 : 0o644,
    });
  }
}

function makeHostKey(folder: string): void {
  rmSync(join(folder, 'host_key'), { force: true });
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'host_key')]);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export async function waitForPort(port: number, seconds = 10): Promise<void> {
  const { connect } = await import('node:net');
  for (const end = Date.now() + seconds * 1000; ; ) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (open) return;
    if (Date.now() > end) throw new Error(`nothing listens on port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
