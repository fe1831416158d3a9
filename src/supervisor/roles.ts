import type { Configuration } from '#/configuration/schema.js';
import type { ChildSettings } from '#/contract/orders.js';
import { socketsOf } from './listeners.js';

export type Role = Exclude<ChildSettings['role'], 'demo'>;

/** One process to keep. `shared`: its listeners are those of all of its kind. */
export interface Post {
  readonly role: Role;
  readonly index: number;
  readonly name: string;
}

/** The processes of a house, in the order of their start. */
export function postsOf({
  portals,
  sessionHosts,
}: Pick<Configuration, 'portals' | 'sessionHosts'>): readonly Post[] {
  return [
    one('vault'),
    one('directory'),
    one('recorder'),
    one('monitor'),
    ...many('session', sessionHosts),
    ...many('portal', portals),
  ];
}

/** Who goes first when the house closes: those who have people, then who carries away, then who is asked by all. */
export const DRAIN_ORDER: readonly (readonly Role[])[] = [
  ['portal', 'session'],
  ['recorder'],
  ['monitor'],
  ['vault'],
  ['directory'],
];

/** The kernel ends the higher ones first when memory runs out: a portal costs a reconnect, the vault every login. */
export const OOM_SCORE: Readonly<Record<Role, number>> = {
  vault: 100,
  directory: 400,
  recorder: 200,
  session: 300,
  monitor: 600,
  portal: 500,
};

/** Names of what a role listens on; portals share the port that people come in by. */
export function listensOn(role: Role): readonly string[] {
  return role === 'portal' ? ['ssh', ...socketsOf(role)] : socketsOf(role);
}

function one(role: Role): Post {
  return { role, index: 0, name: role };
}

function many(role: Role, count: number): readonly Post[] {
  return Array.from({ length: count }, (_, index) => ({ role, index, name: `${role}-${index}` }));
}
