import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real sshd on loopback with real OS users: what sessions go to. */
export interface Target {
  readonly port: number;
  /** "TYPE BASE64" of its host key. */
  readonly hostKey: string;
  readonly folder: string;
  /** Makes an OS user with this password, and this public key if given. */
  addUser(name: string, password: string, publicKey?: string): void;
  /** Gives it another host key, as a reinstalled machine has. */
  changeHostKey(): Promise<void>;
  /** Accepted and failed logins so far, from its log. */
  log(): string;
  stop(): Promise<void>;
}

export async function startTarget(
  port?: number,
  addresses: readonly string[] = ['127.0.0.1'],
): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-target-'));
  chmodSync(folder, 0o755);
  const listening = port ?? (await freePort());
  const users: string[] = [];
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
      'PrintLastLog no',
      'MaxStartups 200',
      'MaxSessions 100',
      'LogLevel VERBOSE',
      'Subsystem sftp internal-sftp',
      `PidFile ${folder}/pid`,
      '',
    ].join('\n'),
  );
  mkdirSync(join(folder, 'keys'), { mode: 0o755 });
  writeFileSync(join(folder, 'owner'), String(process.pid));
  const logFile = join(folder, 'log');
  let sshd = await run();

  async function run(): Promise<ChildProcess> {
    const child = spawn('/usr/sbin/sshd', ['-D', '-f', join(folder, 'sshd_config'), '-E', logFile], {
      stdio: 'ignore',
    });
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
      mkdirSync(join(folder, 'home'), { recursive: true });
      freeName(name);
      execFileSync(
        'useradd',
        ['--home-dir', home, '--create-home', '--shell', '/bin/bash', '--no-log-init', name],
        { stdio: 'ignore' },
      );
      users.push(name);
      execFileSync('chpasswd', { input: `${name}:${password}\n`, stdio: ['pipe', 'ignore', 'ignore'] });
      writeFileSync(
        join(home, '.bashrc'),
        "PS1='target$ '\nunset PROMPT_COMMAND\n[[ $- == *i* ]] && bind 'set enable-bracketed-paste off'\n",
      );
      if (publicKey !== undefined) writeFileSync(join(folder, 'keys', name), publicKey, { mode: 0o644 });
    },
    async changeHostKey() {
      await halt();
      makeHostKey(folder);
      sshd = await run();
    },
    log: () => readFileSync(logFile, 'utf8'),
    async stop() {
      await halt();
      for (const name of users) {
        try {
          execFileSync('pkill', ['-KILL', '-u', name], { stdio: 'ignore' });
        } catch {
          // nothing of his was running
        }
        execFileSync('userdel', ['--force', name], { stdio: 'ignore' });
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A user of that name from an aborted run is removed; one of a run beside this one is waited for. */
function freeName(name: string): void {
  const passwd = ['-c', 'getent passwd "$1" || true', 'sh', name];
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (const end = Date.now() + 90_000; Date.now() < end; Atomics.wait(clock, 0, 0, 250)) {
    const entry = execFileSync('sh', passwd, { encoding: 'utf8' });
    if (entry === '') return;
    const folder = /^(.*\/postern-target-[^/]+)\//.exec(entry.split(':')[5] ?? '')?.[1];
    if (folder === undefined) throw new Error(`this host has a user ${name} of its own`);
    if (ownerRuns(folder)) continue;
    execFileSync('sh', ['-c', 'pkill -KILL -u "$1"; userdel --force "$1" || true', 'sh', name], {
      stdio: 'ignore',
    });
    rmSync(folder, { recursive: true, force: true });
  }
}

function ownerRuns(folder: string): boolean {
  try {
    process.kill(Number(readFileSync(join(folder, 'owner'), 'utf8')), 0);
    return true;
  } catch {
    return false;
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
