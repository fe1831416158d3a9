import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postern, startPostern } from './postern.ts';
import { quietSsh } from './quiet-ssh.ts';
import { returnsOf } from './returns-of.ts';
import { Screen } from './ssh-screen.ts';
import { startTarget, type Target } from './target.ts';
import { ACCOUNT_PASSWORD, keyOf, prepare, SAFE } from './walk.ts';
import { x11Program } from './x11-program.ts';

/** One that runs, and what it has said so far. */
export interface Running {
  readonly said: { out: string; err: string };
  readonly child: ChildProcess;
  readonly status: Promise<number | null>;
}

/** A person with a display, on her way to a target with xauth. */
export interface X11Way {
  readonly postern: Postern;
  readonly target: Target;
  readonly folder: string;
  readonly accountId: string;
  /** The ssh user name that leads to the target. */
  readonly to: string;
  /** The file of her key. */
  readonly identity: string;
  /** The ssh clients in boxes. */
  readonly boxed: () => readonly number[];
  readonly set: (setting: string, value: string) => Promise<unknown>;
  readonly start: (command: string | null, options?: readonly string[], where?: string) => Running;
  readonly terminal: (options: readonly string[]) => Screen;
  /** For a command at the target: a program that opens the display and says these words to it. */
  readonly says: (words: string) => string;
  /** What the newest recording has of connections to the display, when it is complete. */
  readonly uses: () => Promise<readonly string[]>;
  /** Of another target, of which the person has this account. */
  readonly add: (port: number, user: string, hostKey: string) => Promise<string>;
  remove(): Promise<void>;
}

export async function openX11Way(env: Readonly<Record<string, string>>): Promise<X11Way> {
  const running: ChildProcess[] = [];
  const screens: Screen[] = [];
  const [postern, target] = await Promise.all([startPostern(), startTarget()]);
  const { accountId } = await prepare(postern, target);
  const identity = await keyOf(postern, 'alice');
  const folder = mkdtempSync(join(tmpdir(), 'postern-x11-'));
  const to = `alice%admin60%127.0.0.1#${target.port}`;
  const plain = quietSsh(postern, identity);
  return {
    ...{ postern, target, folder, accountId, to, identity },
    set: (setting, value) => postern.json(['account', 'set', accountId, setting, value]),
    start(command, options = [], where = to) {
      const last = command === null ? [] : [command];
      const child = spawn('ssh', [...plain, '-T', ...options, `${where}@127.0.0.1`, ...last], {
        stdio: [command === null ? 'pipe' : 'ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...env },
      });
      running.push(child);
      const said = { out: '', err: '' };
      child.stdout?.on('data', (bytes: Buffer) => (said.out += bytes.toString('latin1')));
      child.stderr?.on('data', (bytes: Buffer) => (said.err += bytes.toString()));
      const status = new Promise<number | null>((resolve) => child.once('close', resolve));
      return { said, child, status };
    },
    terminal(options) {
      const screen = new Screen('ssh', [...plain, '-tt', ...options, `${to}@127.0.0.1`], { env });
      screens.push(screen);
      return screen;
    },
    boxed: () =>
      readdirSync('/proc')
        .map(Number)
        .filter((pid) => pid > 0 && postern.owns(pid) && isClient(pid)),
    says: x11Program(target.folder),
    uses: () => returnsOf(postern, 'x11'),
    async add(port, user, hostKey) {
      const add = ['account', 'add', '--safe', SAFE, '--platform', 'UnixSSH', '--address', '127.0.0.1'];
      const more = ['--port', String(port), '--user', user, '--password-stdin', '--host-key', hostKey];
      const { id } = await postern.json<{ id: string }>([...add, ...more], ACCOUNT_PASSWORD);
      return id;
    },
    async remove() {
      for (const one of running) one.kill();
      for (const screen of screens) screen.kill();
      await postern.remove();
      await target.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function isClient(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'latin1') === 'ssh\n';
  } catch {
    return false;
  }
}
