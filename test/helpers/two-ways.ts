/** The same target twice: through the bastion, and straight; for what must make no difference. */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postern, startPostern } from './postern.ts';
import { startTarget, type Target } from './target.ts';
import { keyOf, prepare } from './walk.ts';

export type Way = 'via' | 'straight';
const WAYS: readonly Way[] = ['via', 'straight'];

export interface TwoWays {
  readonly postern: Postern;
  readonly target: Target;
  readonly folder: string;
  /** alice's private key; it opens the target, too. */
  readonly identity: string;
  /** For OpenSSH: hosts `via` and `straight`. */
  readonly config: string;
  /** Where a way begins. */
  host(way: Way): { readonly port: number; readonly user: string };
  remove(): Promise<void>;
}

export async function openTwoWays(
  config: Readonly<Record<string, unknown>> = {},
  { addresses }: { readonly addresses?: readonly string[] } = {},
): Promise<TwoWays> {
  const [postern, target] = await both(startPostern({ config }), startTarget(undefined, addresses));
  try {
    await prepare(postern, target);
  } catch (error) {
    // nobody else knows of them yet
    await Promise.allSettled([postern.remove(), target.stop()]);
    throw error;
  }
  const identity = await keyOf(postern, 'alice');
  const folder = mkdtempSync(join(tmpdir(), 'postern-two-ways-'));
  chmodSync(folder, 0o755);
  // the same key opens the target itself: for comparison only
  writeFileSync(join(target.folder, 'keys/admin60'), readFileSync(`${identity}.pub`), { mode: 0o644 });
  const host = (way: Way) =>
    way === 'via'
      ? { port: postern.port, user: `alice%admin60%127.0.0.1#${target.port}` }
      : { port: target.port, user: 'admin60' };
  const file = join(folder, 'config');
  writeFileSync(
    file,
    [
      ...WAYS.map((way) => `Host ${way}\n  Port ${host(way).port}\n  User ${host(way).user}`),
      `Host *\n  HostName 127.0.0.1\n  IdentityFile ${identity}\n  IdentitiesOnly yes\n  IdentityAgent none`,
      '  BatchMode yes\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  LogLevel ERROR\n',
    ].join('\n'),
  );
  return {
    postern,
    target,
    folder,
    identity,
    config: file,
    host,
    async remove() {
      await postern.remove();
      await target.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** When one of them does not start, the other must not stay. */
async function both(postern: Promise<Postern>, target: Promise<Target>): Promise<readonly [Postern, Target]> {
  const [one, other] = await Promise.allSettled([postern, target]);
  if (one.status === 'fulfilled' && other.status === 'fulfilled') return [one.value, other.value];
  if (one.status === 'fulfilled') await one.value.remove();
  if (other.status === 'fulfilled') await other.value.stop();
  throw one.status === 'rejected' ? one.reason : (other as PromiseRejectedResult).reason;
}

export interface Done {
  readonly status: number | null;
  readonly out: Buffer;
  readonly err: string;
}

export interface RunOptions {
  readonly input?: Buffer | 'none';
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A program to its end. With `none` its standard input is /dev/null. */
export async function run(
  [command, ...args]: readonly [string, ...string[]],
  { input, env = {}, cwd }: RunOptions = {},
): Promise<Done> {
  const child = spawn(command, args, {
    stdio: [input === 'none' ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout?.on('data', (bytes: Buffer) => out.push(bytes));
  child.stderr?.on('data', (bytes: Buffer) => err.push(bytes));
  child.stdin?.on('error', () => undefined);
  if (input !== 'none') child.stdin?.end(input ?? '');
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { status, out: Buffer.concat(out), err: Buffer.concat(err).toString() };
}

export function hash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The bastion's or the target's host key as a fingerprint, for clients that want to be told. */
export function fingerprintAt(port: number): string {
  const key = execFileSync('ssh-keyscan', ['-t', 'ed25519', '-p', String(port), '127.0.0.1'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return execFileSync('ssh-keygen', ['-l', '-f', '-'], { input: key, encoding: 'utf8' }).split(' ')[1] ?? '';
}
