import { type Failure, failure } from '#/domain/failure.js';
import type { HostKey } from '#/domain/host-key.js';
import { clientFailure } from './client-failure.js';
import type { ClientSockets } from './client-sockets.js';

/** Why it did not log in; `offered` when the target showed another key than the pinned one. */
export interface LoginRefused {
  readonly failure: Failure;
  readonly offered: HostKey | null;
}

export interface LoginWatch {
  readonly up: Promise<void>;
  readonly askedAgain: Promise<string>;
  readonly exited: Promise<{ readonly status: number }>;
  readonly ended: Promise<unknown>;
  readonly sockets: ClientSockets;
  readonly hostKey: HostKey;
  /** Everything that the client printed so far. */
  readonly said: () => string;
}

/** Everything about a login that stalls: the target's own grace time is 120 s by default. */
const LONGEST_LOGIN = 60_000;

/** The first thing that happens to a client that logs in. */
export async function loginResult(watch: LoginWatch): Promise<'up' | 'ended' | LoginRefused> {
  const stalled = Promise.withResolvers<LoginRefused>();
  const timer = setTimeout(
    () =>
      stalled.resolve({
        failure: failure('TARGET_PROTOCOL', `no login within ${LONGEST_LOGIN / 1000} s`),
        offered: null,
      }),
    LONGEST_LOGIN,
  );
  return await Promise.race([
    watch.up.then(() => 'up' as const),
    watch.askedAgain.then((why) => refused(watch, 0, why)),
    watch.exited.then(({ status }) => refused(watch, status, null)),
    watch.ended.then(() => 'ended' as const),
    stalled.promise,
  ]).finally(() => clearTimeout(timer));
}

function refused(
  { sockets, hostKey, said }: LoginWatch,
  status: number,
  askedAgain: string | null,
): LoginRefused {
  const offered = sockets.hostKey.offered;
  const because = clientFailure({
    status,
    output: said(),
    pinned: hostKey,
    offered,
    askedAgain,
    targetWentFirst: sockets.dial.targetWentFirst,
    secretUsed: sockets.secretUsed,
  });
  return { failure: because, offered };
}
