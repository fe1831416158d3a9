import type { Readable } from 'node:stream';
import type { OrderResult } from '#/contract/orders.js';
import { runPaths } from '#/contract/sockets.js';
import type { ServiceAccounts } from '#/house/service-accounts.js';
import { childCommand } from './child-command.js';
import { type Listener, openSocket } from './listeners.js';
import { DRAIN_ORDER, listensOn, OOM_SCORE, type Post, postsOf } from './roles.js';
import { type HouseFacts, settingsOf } from './settings.js';
import { type ChildState, type SupervisedChild, superviseChild } from './supervised-child.js';

export interface HouseOptions {
  readonly facts: HouseFacts;
  readonly accounts: ServiceAccounts | null;
  /** The port that people come in by. */
  readonly door: Listener;
  readonly onOrder: (order: unknown) => Promise<OrderResult>;
  readonly onOutput: (name: string, stream: Readable) => void;
  readonly onEvent: (name: string, what: string) => void;
  /** What a process last complained about. */
  readonly complaint: (name: string) => string | null;
}

/** All processes of a running house. */
export interface House {
  states(): readonly ChildState[];
  /** Resolves when every process has said once that it is ready; rejects when one cannot be brought up. */
  ready(): Promise<void>;
  /** Empties the house in order: people first, the vault last. */
  drain(limit: number): Promise<void>;
  kill(): void;
}

/** Fresh processes load their code; on a machine under load that takes seconds. */
const START_LIMIT = 60_000;
const FAILURES_BEFORE_GIVING_UP = 3;

export function openHouse(options: HouseOptions): House {
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  const children = new Map<Post, SupervisedChild>();
  const posts = postsOf(options.facts.configuration);
  const listeners = openAll(posts, options);
  const up = new Set<Post>();

  const heard = (post: Post, what: string): void => {
    options.onEvent(post.name, what);
    if (what === 'ready') up.add(post);
    if (up.size === posts.length) resolve();
    const state = children.get(post)?.state();
    if (!up.has(post) && (state?.restarts ?? 0) >= FAILURES_BEFORE_GIVING_UP)
      reject(
        new Error(
          `${post.name} does not come up: ${options.complaint(post.name) ?? state?.lastEnd ?? 'it fails'}`,
        ),
      );
  };
  for (const post of posts)
    children.set(
      post,
      superviseChild(childOptions(post, listeners.get(post) ?? [], options, (what) => heard(post, what))),
    );

  return {
    states: () => [...children.values()].map((child) => child.state()),
    ready: () => ready,
    kill: () => [...children.values()].forEach((child) => child.kill()),
    async drain(limit) {
      options.door.close();
      for (const roles of DRAIN_ORDER) {
        const leaving = posts.filter(({ role }) => roles.includes(role));
        await Promise.all(leaving.map(async (post) => await children.get(post)?.drain(limit)));
      }
    },
  };
}

function childOptions(
  post: Post,
  listeners: readonly Listener[],
  options: HouseOptions,
  onEvent: (what: string) => void,
) {
  const { facts, accounts } = options;
  const { configuration, run } = facts;
  return {
    name: post.name,
    command: childCommand({
      role: post.role,
      house: runPaths(run).house,
      accounts,
      memoryMb: configuration.memoryMb[post.role],
    }),
    listeners,
    settings: settingsOf(post, listeners, facts),
    watchdog: configuration.watchdogSeconds * 1000,
    startLimit: START_LIMIT,
    oomScore: OOM_SCORE[post.role],
    onOrder: post.role === 'vault' ? options.onOrder : null,
    onOutput: (stream: Readable) => options.onOutput(post.name, stream),
    onEvent,
  };
}

/** Opens every socket once, for good: who crashes finds it again, with those who wait on it. */
function openAll(
  posts: readonly Post[],
  { facts, accounts, door }: HouseOptions,
): ReadonlyMap<Post, readonly Listener[]> {
  const shared = new Map<string, Listener>([['ssh', door]]);
  return new Map(posts.map((post) => [post, listensOn(post.role).map((name) => open(name, post))]));

  function open(name: string, post: Post): Listener {
    if (name === 'session' || name === 'session-watch')
      return openSocket(facts.run, name, post.index, accounts);
    const listener =
      shared.get(name) ??
      openSocket(facts.run, name as Parameters<typeof openSocket>[1], undefined, accounts);
    shared.set(name, listener);
    return listener;
  }
}
