import type { Socket } from 'node:net';
import type { ToWatchedHost } from '#/contract/watch-link.js';
import { type Failure, failure } from '#/domain/failure.js';
import type { ActiveSession } from './run-session.js';
import type { Vault } from './vault.js';
import { type WatchLink, watchLink } from './watch-link.js';

export interface WatcherParts {
  readonly vault: Vault;
  readonly find: (sessionId: string) => ActiveSession | null;
  /** Milliseconds. */
  readonly now: () => number;
}

const FIRST_MESSAGE = 10_000;
/** A right that was taken away ends the watching within two seconds. */
const ASK_AGAIN = 1000;
/** Milliseconds without an answer of the vault after which nobody watches on. */
const VAULT_PATIENCE = 10_000;
const MOST_WATCHERS = 32;

/** Serves one viewer, against a permit of the vault. Nothing that comes from him reaches the session. */
export function serveWatcher(socket: Socket, parts: WatcherParts): void {
  const timer = setTimeout(() => link.close(), FIRST_MESSAGE);
  const link = watchLink(socket, (request) => {
    clearTimeout(timer);
    void watch(link, request, parts);
  });
  link.onGone(() => clearTimeout(timer));
}

async function watch(link: WatchLink, request: ToWatchedHost, parts: WatcherParts): Promise<void> {
  const { permit, sessionId } = request;
  const redeemed = await parts.vault.ask('session.redeemWatch', { permit, sessionId });
  if (!redeemed.ok) return refuse(link, redeemed.failure);
  const { watch: name } = redeemed.value.value;
  const ended = (): void => void parts.vault.ask('session.watchEnded', { sessionId, watch: name });
  const session = parts.find(sessionId);
  const live = session?.live ?? null;
  if (link.gone || session === null || live === null || session.control.reason !== null) {
    ended();
    return refuse(link, failure('SESSION_GONE'));
  }
  const { watchers } = live;
  if (watchers === null) {
    ended();
    return refuse(link, failure('SESSION_WITHOUT_TERMINAL'));
  }
  if (watchers.count >= MOST_WATCHERS) {
    ended();
    return refuse(link, failure('TOO_MANY_VIEWERS', `${MOST_WATCHERS} at once`));
  }
  watchers.add(link);
  const stopAsking = askOn(link, parts, { sessionId, watch: name });
  link.onGone(() => {
    stopAsking();
    ended();
  });
  await session.over.catch(() => undefined);
  if (link.gone) return;
  const ending = session.control.reason;
  if (ending !== null) link.send({ type: 'ended', ending });
  link.close();
}

/** Asks the vault again and again whether the viewer may watch on; when it is away for long, nobody may. */
function askOn(
  link: WatchLink,
  { vault, now }: WatcherParts,
  which: { readonly sessionId: string; readonly watch: string },
): () => void {
  let answeredAt = now();
  let asking = false;
  const ask = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    const answer = await vault.ask('session.watchGoesOn', which);
    asking = false;
    if (answer.ok) answeredAt = now();
    else if (answer.failure.code !== 'VAULT_UNAVAILABLE' || now() - answeredAt > VAULT_PATIENCE)
      refuse(link, answer.failure);
  };
  const timer = setInterval(() => void ask(), ASK_AGAIN);
  return () => clearInterval(timer);
}

function refuse(link: WatchLink, because: Failure): void {
  link.send({ type: 'failed', failure: because });
  link.close();
}
