import { programFile } from '#/configuration/home.js';
import type { ProcessRole } from '#/contract/sockets.js';
import type { ServiceAccounts } from '#/house/service-accounts.js';

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface CommandOptions {
  readonly role: Exclude<ProcessRole, 'demo'>;
  /** Where the installation is seen by children. */
  readonly house: string;
  /** Null: without root; everything runs as we do. */
  readonly accounts: ServiceAccounts | null;
  readonly memoryMb: number;
}

/** No groups, no capabilities, nothing to be gained by exec. */
export const DROPPED = [
  '--no-new-privs',
  '--bounding-set=-all',
  '--inh-caps=-all',
  '--ambient-caps=-all',
] as const;

/**
 * Through these go the bytes of everybody. Little of it lives long, but by default V8 marks the whole small heap for every few
 * megabytes: with room for twice as much garbage, a third of all the processor time of bulk output is saved. What is read
 * lies outside of that heap: counted by itself, it had the heap marked for every ten megabytes of a download. Now it counts as
 * a part of the whole, and a sweep of the young, which is all that frees it, comes when a third of their space is used: a
 * fraction of a millisecond each.
 */
const onThePath: ReadonlySet<ProcessRole> = new Set(['portal', 'session']);
const EASY = [
  '--heap-growing-percent=200',
  '--external-memory-accounted-in-global-limit',
  '--minor-gc-task-trigger=30',
] as const;

/** How a child is started: the whole command line and environment; nothing of ours is inherited but the channel and sockets. */
export function childCommand({ role, house, accounts, memoryMb }: CommandOptions): Command {
  const node = nodeCommand(house, role, memoryMb, onThePath.has(role) ? EASY : []);
  const env = {
    NODE_ENV: 'production',
    LANG: 'C.UTF-8',
    PATH: '/usr/bin:/bin',
    ...(role === 'portal' ? { FORCE_COLOR: '2' } : {}),
  };
  if (accounts === null) return { command: node[0] ?? '', args: node.slice(1), env };
  const { uid, gid } = accounts[role];
  // session hosts start a setuid program: with no_new_privs or without a bounding set its setuid bit is dead
  const dropped = role === 'session' ? [] : DROPPED;
  return { command: 'setpriv', args: [...identity(uid, gid), ...dropped, '--', ...node], env };
}

export function identity(uid: number, gid: number): readonly string[] {
  return [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
}

export function nodeCommand(
  house: string,
  program: string,
  memoryMb: number,
  flags: readonly string[] = [],
): readonly string[] {
  return [
    `${house}/node_modules/node/bin/node`,
    `--max-old-space-size=${memoryMb}`,
    ...flags,
    '--disable-sigusr1',
    '--disable-warning=ExperimentalWarning',
    programFile(program, house),
  ];
}
