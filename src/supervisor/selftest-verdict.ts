import type { IsolationLevel } from '#/domain/session.js';

/** What the program inside a box found out about its own box, key by key. */
export type Findings = Readonly<Record<string, string>>;

export interface Wall {
  readonly wall: string;
  readonly holds: boolean;
  readonly found: string;
}

export function parseFindings(text: string): Findings {
  const pairs = text.split(/\r?\n/).flatMap((line) => {
    const [, key, value] = /^([a-z_]+)=(.*)$/.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(pairs);
}

/** The only names that may stand at the top of a box. */
const TOP = ['bin', 'dev', 'etc', 'home', 'lib', 'lib32', 'lib64', 'libx32', 'proc', 's', 'tmp', 'usr'];

/** The walls that a level promises, each with what was found. A level is reached when every one holds. */
export function wallsOf(
  level: IsolationLevel,
  found: Findings,
  identity: { readonly uid: number; readonly gid: number },
): readonly Wall[] {
  const get = (key: string): string => found[key] ?? 'missing';
  const wall = (name: string, key: string, holds: (value: string) => boolean): Wall => ({
    wall: name,
    holds: key in found && holds(get(key)),
    found: `${key}=${get(key)}`,
  });
  const is = (wanted: string) => (value: string) => value === wanted;
  const isError = (value: string): boolean => /^E[A-Z0-9]+$/.test(value);
  const ids = [
    wall('own uid', 'uid', is(String(identity.uid))),
    wall('own gid', 'gid', is(String(identity.gid))),
    wall('no other groups', 'groups', is('0')),
    wall('no capabilities to be had', 'capbnd', is('0')),
    wall('no new privileges', 'nnp', is('1')),
    wall('system calls filtered', 'seccomp', is('2')),
    wall('no descriptors of others', 'fds', is('0,1,2')),
    wall('no input pushed into the terminal', 'tiocsti', is('EPERM')),
    wall('no namespaces of its own', 'unshare', is('EPERM')),
    wall('no tracing', 'ptrace', is('EPERM')),
    wall('a home to write to', 'home_writable', is('OK')),
    wall('host passwords unreadable', 'shadow_readable', isError),
  ];
  const network = wall('no network', 'connect_inet', isError);
  const landlock = [
    network,
    wall('other processes invisible', 'processes', isError),
    wall('files of the host invisible', 'root_entries', isError),
  ];
  const box = [
    network,
    wall('no network interfaces', 'interfaces', (value) => value === 'lo' || value === ''),
    wall('other processes invisible', 'processes', (value) => /^[1-6]$/.test(value)),
    wall('files of the host invisible', 'root_entries', (value) =>
      value.split(',').every((name) => TOP.includes(name)),
    ),
  ];
  switch (level) {
    case 3:
      return [...ids, ...box];
    case 2:
      return [...ids, ...landlock];
    case 1:
      return ids;
    case 0:
      return [];
    default:
      return level satisfies never;
  }
}
