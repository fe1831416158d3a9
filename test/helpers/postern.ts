import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runDirectory } from '#/contract/sockets.js';

const ROOT = join(import.meta.dirname, '../..');
const NODE = join(ROOT, 'node_modules/node/bin/node');

export interface CliResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built daemon on a home of its own, driven as an administrator drives it. */
export interface Postern {
  readonly home: string;
  readonly run: string;
  readonly port: number;
  readonly pid: number;
  readonly recordings: string;
  /** What the daemon printed so far. */
  output(): string;
  cli(args: readonly string[], input?: string | Buffer): Promise<CliResult>;
  /** The same, must succeed; its JSON. */
  json<T = unknown>(args: readonly string[], input?: string | Buffer): Promise<T>;
  /** Pids of the processes of a role. */
  pids(role: Role): number[];
  /** Whether a process is one of its own, boxes and clients included: other daemons may run beside it. */
  owns(pid: number): boolean;
  /** SIGTERM and the exit status. */
  stop(): Promise<number | null>;
  /** Starts it again on the same home. */
  restart(): Promise<void>;
  /** Stops what runs and removes everything. */
  remove(): Promise<void>;
}

export type Role = 'vault' | 'directory' | 'portal' | 'session' | 'recorder' | 'monitor';

export interface PosternOptions {
  readonly config?: Readonly<Record<string, unknown>>;
  /** With everything that a new home has: two portals, two session hosts, the demo. Else one of each, and no demo. */
  readonly whole?: boolean;
  readonly home?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A command that becomes the daemon, and each run of the CLI: another user, a poorer host. */
  readonly wrap?: readonly string[];
}

/** A start costs each process its libraries. */
const SMALL = { portals: 1, sessionHosts: 1, demo: false };

export async function startPostern({
  config = {},
  whole = false,
  home,
  env = {},
  wrap = [],
}: PosternOptions = {}): Promise<Postern> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-test-'));
  const state = home ?? join(folder, 'home');
  const recordings = join(folder, 'recordings');
  const environment = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    POSTERN_HOME: state,
    POSTERN_RECORDINGS: recordings,
    POSTERN_LISTEN: '127.0.0.1:0',
    ...env,
  };
  // a home of another user, or of the test, is left alone until it is made
  const early = home === undefined && wrap.length === 0;
  if (early) configure(whole ? config : { ...SMALL, ...config });
  let output = '';
  let daemon = start();
  let port = await ready();

  function start(): ChildProcess {
    const [command, ...args] = [...wrap, NODE, join(ROOT, 'bin/posternd')];
    const child = spawn(command, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (bytes: Buffer): void => void (output += bytes.toString('utf8'));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    return child;
  }
  async function ready(): Promise<number> {
    for (const end = Date.now() + 60_000; ; ) {
      const found = /^postern ready on \S*:(\d+)$/m.exec(output);
      if (found !== null) return Number(found[1]);
      if (daemon.exitCode !== null || Date.now() > end)
        throw new Error(`the daemon did not get ready (exit ${daemon.exitCode ?? 'none'}):\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  async function stop(): Promise<number | null> {
    if (daemon.exitCode !== null || daemon.signalCode !== null) return daemon.exitCode;
    const ended = new Promise<number | null>((resolve) => daemon.once('exit', (code) => resolve(code)));
    daemon.kill('SIGTERM');
    const hard = setTimeout(() => daemon.kill('SIGKILL'), 30_000);
    const status = await ended;
    clearTimeout(hard);
    return status;
  }
  async function restart(): Promise<void> {
    await stop();
    output = '';
    daemon = start();
    port = await ready();
  }
  const cli = (args: readonly string[], input: string | Buffer = ''): Promise<CliResult> =>
    runCli([...wrap, NODE, join(ROOT, 'bin/postern'), ...args], input, environment);

  if (!early && Object.keys(config).length > 0) {
    await stop();
    configure(config);
    await restart();
  }
  function configure(settings: object): void {
    mkdirSync(state, { recursive: true, mode: 0o711 });
    const file = join(state, 'config.json');
    const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as object) : {};
    writeFileSync(file, JSON.stringify({ ...before, ...settings }));
  }
  return {
    home: state,
    run: runDirectory(state),
    recordings,
    get port() {
      return port;
    },
    get pid() {
      return daemon.pid ?? 0;
    },
    output: () => output,
    cli,
    async json<T>(args: readonly string[], input?: string | Buffer) {
      const result = await cli([...args, '--json'], input);
      if (result.status !== 0)
        throw new Error(`postern ${args.join(' ')} ended with ${result.status}: ${result.stderr}`);
      return JSON.parse(result.stdout) as T;
    },
    pids: (role) => childrenOf(daemon.pid ?? 0, role),
    owns: (pid) => isBelow(pid, daemon.pid ?? 0),
    stop,
    restart,
    async remove() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function runCli(
  [command = NODE, ...args]: readonly string[],
  input: string | Buffer,
  env: NodeJS.ProcessEnv,
): Promise<CliResult> {
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString('utf8')));
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString('utf8')));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const status = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 255)));
  return { status, stdout, stderr };
}

/** Every process below `root` whose command line runs processes/<role>.js. */
function childrenOf(root: number, role: Role): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        return (
          Number.isInteger(pid) &&
          readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(`/processes/${role}.js`) &&
          isBelow(pid, root)
        );
      } catch {
        return false; // it ended while we looked
      }
    });
}

function isBelow(pid: number, root: number): boolean {
  for (let at = pid; at > 1; ) {
    if (at === root) return true;
    try {
      const stat = readFileSync(`/proc/${at}/stat`, 'utf8');
      at = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    } catch {
      return false;
    }
  }
  return false;
}

/** Waits until a condition holds; fails saying which. */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | false | null | undefined> | T | false | null | undefined,
  seconds = 15,
): Promise<T> {
  for (const end = Date.now() + seconds * 1000; ; ) {
    const value = await probe();
    if (value !== false && value !== null && value !== undefined) return value;
    if (Date.now() > end) throw new Error(`waited ${seconds} s for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
