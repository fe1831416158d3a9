import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { encodeJson } from '#/contract/frame.js';
import { runDirectory, socketPath } from '#/contract/sockets.js';
import { OPENSSH_LIMITS } from '#/door/limits.js';
import { type LoginShellDoor, openLoginShellDoor } from '#/door/login-shell-door.js';
import type { Terminal } from '#/door/terminal.js';
import { shellWish } from '#/processes/postern-shell/shell-wish.js';
import { inPty, scratch, ssh, until } from '../door/rig.js';

const program = join(import.meta.dirname, '../../bin/postern-shell');
const root = process.getuid?.() === 0;

describe('what a login shell is asked for', () => {
  test.each([
    [[], {}, true, 'relay'],
    [['-l'], {}, true, 'relay'],
    [['--home', '/srv/postern'], {}, true, 'relay'],
    [['-c', 'ls'], {}, true, 'Running a command'],
    [['--home', '/srv/postern', '-c', 'ls'], {}, false, 'Running a command'],
    [[], { SSH_ORIGINAL_COMMAND: 'scp -f x' }, true, 'Running a command'],
    [['ls'], {}, true, 'usage'],
    [['--home'], {}, true, 'usage'],
    [[], {}, false, 'needs a terminal'],
  ] as const)('%j %j', (args, env, terminal, expected) => {
    const wish = shellWish(args, env, terminal);
    expect(wish.kind === 'relay' ? 'relay' : (wish.what ?? wish.sentence)).toContain(expected);
  });
});

test('a relay that reads no more is hung up on, and what it would not take is let go of', async () => {
  const files = scratch();
  let output: Terminal['output'] | null = null;
  const door = openLoginShellDoor({
    limits: { ...OPENSSH_LIMITS, farewell: 200 },
    chance: { now: () => 0, random: () => 0.5 },
    log: () => undefined,
    serve: async (terminal) => {
      ({ output } = terminal);
      terminal.output.write(Buffer.alloc(4 * 1024 * 1024, 'a'));
      return 0;
    },
  });
  const server = createServer().listen(files.path('socket'));
  const came = once(server, 'connection') as Promise<[Socket]>;
  const relay = connect(files.path('socket'));
  relay.on('error', () => undefined).pause();
  const hello = { version: 1, columns: 80, rows: 24, term: 'xterm', lang: 'C.UTF-8', user: 'a', from: '' };
  relay.write(encodeJson({ type: 'hello', ...hello }));
  const [socket] = await came;
  door.accept(socket);
  await once(socket, 'close');
  expect((output as Terminal['output'] | null)?.destroyed).toBe(true);
  relay.destroy();
  await new Promise((resolve) => server.close(resolve));
  files.remove();
});

describe.runIf(
  root && existsSync(join(import.meta.dirname, '../../dist/programs/processes/postern-shell.js')),
)('behind a real sshd', () => {
  const files = scratch();
  const home = files.path('home');
  const run = runDirectory(home);
  const terminals: Terminal[] = [];
  let door: LoginShellDoor;
  let server: Server;
  let sshd: ChildProcess;
  let port = 0;
  let serve: (terminal: Terminal) => Promise<void>;

  /** An sshd that knows two people by their login shells, without touching this host's accounts. */
  async function startSshd(): Promise<void> {
    const listening = createServer().listen(0, '127.0.0.1');
    await once(listening, 'listening');
    port = (listening.address() as AddressInfo).port;
    await new Promise((resolve) => listening.close(resolve));
    spawnSync('ssh-keygen', ['-q', '-N', '', '-t', 'ed25519', '-f', files.path('host')]);
    spawnSync('ssh-keygen', ['-q', '-N', '', '-t', 'ed25519', '-f', files.path('key')]);
    const shell = files.write('shell', `#!/bin/sh\nexec ${program} --home ${home} "$@"\n`, 0o755);
    const passwd = readFileSync('/etc/passwd', 'utf8');
    const shadow = readFileSync('/etc/shadow', 'utf8');
    files.write('passwd', `${passwd}byshell:x:0:0::/:${shell}\nbyforce:x:0:0::/:/bin/sh\n`, 0o644);
    files.write('shadow', `${shadow}byshell:*:19000:0:99999:7:::\nbyforce:*:19000:0:99999:7:::\n`);
    files.write('shells', `/bin/sh\n${shell}\n`, 0o644);
    const config = files.write(
      'sshd_config',
      [
        `Port ${port}`,
        'ListenAddress 127.0.0.1',
        `HostKey ${files.path('host')}`,
        'PidFile none',
        'UsePAM no',
        'StrictModes no',
        'PermitRootLogin yes',
        `AuthorizedKeysFile ${files.path('key.pub')}`,
        'DisableForwarding yes',
        'PrintMotd no',
        'PrintLastLog no',
        'Subsystem sftp internal-sftp',
        'Match User byforce',
        `  ForceCommand ${program} --home ${home}`,
        '',
      ].join('\n'),
    );
    mkdirSync('/run/sshd', { recursive: true });
    // the whole directory: a bind of one file goes when somebody renames another over its name
    const copies = ['passwd', 'shadow', 'shells'].map(
      (name) => `cp ${files.path(name)} ${files.path('etc')}/${name}`,
    );
    const binds = [
      `cp -a /etc ${files.path('etc')}`,
      ...copies,
      `mount --bind ${files.path('etc')} /etc`,
    ].join(' && ');
    sshd = spawn('unshare', ['--mount', 'sh', '-c', `${binds} && exec /usr/sbin/sshd -D -e -f ${config}`], {
      stdio: 'ignore',
    });
    await until(
      () =>
        new Promise((resolve) => {
          const probe = connect(port, '127.0.0.1')
            .once('connect', () => {
              probe.destroy();
              resolve(true);
            })
            .once('error', () => resolve(false));
        }),
      20,
    );
  }

  beforeAll(async () => {
    mkdirSync(run, { recursive: true });
    door = openLoginShellDoor({
      limits: { ...OPENSSH_LIMITS, loginGrace: 20_000 },
      chance: { now: () => 0, random: () => 0.5 },
      log: () => undefined,
      serve: async (terminal) => {
        terminals.push(terminal);
        await serve(terminal);
        return 0;
      },
    });
    server = createServer((socket) => door.accept(socket)).listen(socketPath(run, 'shell'));
    await startSshd();
  });
  afterAll(async () => {
    sshd.kill();
    await once(sshd, 'exit');
    door.close();
    await new Promise((resolve) => server.close(resolve));
    rmSync(run, { recursive: true, force: true });
    files.remove();
  });
  afterEach(() => terminals.splice(0));

  const person = (user: string, args: readonly string[]) =>
    ssh({ port }, ['-i', files.path('key'), '-o', 'IdentitiesOnly=yes', ...args], user);

  test.each(['byshell', 'byforce'])(
    '%s: the portal gets keys, sizes, names; the person his terminal as it was',
    async (user) => {
      serve = async (terminal) => {
        terminal.output.write(
          `\x1b[?1049hhello ${terminal.user} from ${terminal.from} on ${terminal.term} ${terminal.size().columns}x${terminal.size().rows}\r\n`,
        );
        terminal.onResize(({ columns, rows }) => terminal.output.write(`now ${columns}x${rows}\r\n`));
        for await (const keys of terminal.input) if ((keys as Buffer).includes('\x03')) break;
        terminal.output.write('\x1b[?1049lbye\r\n');
      };
      const one = person(user, ['-tt']);
      await one.sees(/hello \w+ from 127\.0\.0\.1 on xterm-256color 80x24/);
      expect(terminals[0]?.via).toBe('login-shell');
      expect(terminals[0]?.login).toBeNull();
      one.pty.resize(120, 40);
      await one.sees('now 120x40');
      // Ctrl-C is a key like another: the relay's terminal is raw
      one.pty.write('abc\x03');
      await one.sees('bye');
      expect(await one.exit).toBe(0);
    },
  );

  test.each([
    ['byshell', 'ls', /Running a command is not available in this release/],
    ['byforce', 'ls', /Running a command is not available in this release/],
  ])('%s: a command is refused with a reason', async (user, command, sentence) => {
    const one = person(user, ['-T', command]);
    expect(await one.exit).toBe(1);
    expect(one.screen()).toMatch(sentence);
    expect(terminals).toEqual([]);
  });

  test("sshd's own sftp is refused by a ForceCommand (sshd passes on no stderr of a subsystem)", async () => {
    const one = person('byforce', ['-T', '-s', 'sftp']);
    expect(await one.exit).toBe(1);
    expect(terminals).toEqual([]);
  });

  test('a shell without a terminal is refused with a reason', async () => {
    const one = person('byforce', ['-T']);
    expect(await one.exit).toBe(1);
    expect(one.screen()).toMatch(/needs a terminal/);
  });

  test('the client goes away: the portal hears of it', async () => {
    serve = async (terminal) => {
      terminal.output.write('hello');
      await once(terminal.gone, 'abort');
    };
    const one = person('byshell', ['-tt']);
    await one.sees('hello');
    one.pty.kill('SIGKILL');
    await until(() => terminals[0]?.gone.aborted === true);
  });

  test('the portal dies: the terminal is put in order, and the person told', async () => {
    serve = async (terminal) => {
      terminal.output.write('\x1b[?1049h\x1b[?25lhello');
      await once(terminal.gone, 'abort');
    };
    const one = inPty(program, ['--home', home], undefined, { LANG: 'C.UTF-8' });
    await one.sees('hello');
    door.close();
    expect(await one.exit).toBe(69);
    expect(one.screen()).toContain('\x1b[?1049l');
    expect(one.screen()).toContain('\x1b[?25h');
  });

  test('there is no daemon: a sentence and exit code 69', async () => {
    const one = inPty(program, ['--home', '/nonexistent']);
    expect(await one.exit).toBe(69);
    expect(one.screen()).toMatch(/Postern does not answer.*postern doctor/);
  });

  test('bytes are the same on both sides', async () => {
    const wanted = Buffer.from(Array.from({ length: 300_000 }, (_, n) => (n * 31 + (n >> 8)) % 256));
    let heard = Buffer.alloc(0);
    serve = async (terminal) => {
      terminal.output.write('!');
      for await (const keys of terminal.input) {
        heard = Buffer.concat([heard, keys as Buffer]);
        terminal.output.write(keys as Buffer);
        if (heard.length >= wanted.length) return;
      }
    };
    const client = spawn(
      'ssh',
      [
        '-F',
        'none',
        '-p',
        String(port),
        '-i',
        files.path('key'),
        '-o',
        'StrictHostKeyChecking=no',
        '-o',
        'UserKnownHostsFile=/dev/null',
        '-o',
        'LogLevel=ERROR',
        '-e',
        'none',
        '-tt',
        'byforce@127.0.0.1',
      ],
      { stdio: ['pipe', 'pipe', 'ignore'] },
    );
    const received: Buffer[] = [];
    client.stdout.on('data', (chunk: Buffer) => received.push(chunk));
    await until(() => received.length > 0);
    client.stdin.write(wanted);
    await once(client, 'close');
    expect(heard.equals(wanted)).toBe(true);
    expect(Buffer.concat(received).subarray(1).equals(wanted)).toBe(true);
  });

  test('who reads the last of it after a while gets all of it, and the exit status', {
    timeout: 30_000,
  }, async () => {
    const last = Buffer.alloc(4 * 1024 * 1024, 'all of it, line by line\r\n');
    serve = async (terminal) => void terminal.output.write(last);
    const reader = files.path('read');
    // a pipe that nobody reads for longer than it used to be waited for
    const command = [
      `ssh -F none -p ${port} -i ${files.path('key')} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null`,
      `-o LogLevel=ERROR -e none -tt byforce@127.0.0.1; echo "status $?" >&2`,
    ].join(' ');
    const client = spawn('sh', ['-c', `{ ${command}; } | { sleep 8; cat >${reader}; }`], {
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let said = '';
    client.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
    await once(client, 'close');
    expect(readFileSync(reader).equals(last)).toBe(true);
    expect(said).toContain('status 0');
  });
});
