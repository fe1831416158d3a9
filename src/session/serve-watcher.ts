import type { Socket } from 'node:net';
import type { ToWatchedHost } from '#/contract/watch-link.js';
import { type Failure, failure } from '#/domain/failure.js';
import { askAgain } from './oversight/ask-again.js';
import { type Control, offerControl } from './oversight/control-of-viewer.js';
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
const MOST_WATCHERS = 32;

/** Serves one viewer, against a permit of the vault. Without another one, nothing that comes from him reaches the session. */
export function serveWatcher(socket: Socket, parts: WatcherParts): void {
  const timer = setTimeout(() => link.close(), FIRST_MESSAGE);
  let control: Control | null = null;
  const link = watchLink(socket, {
    asked(request) {
      clearTimeout(timer);
      void watch(link, request, parts, (offered) => (control = offered));
    },
    // asked for before the watching itself was granted: a monitor does not do that
    control: (message) => (control === null ? link.close() : control.hear(message)),
    keys: (bytes) => control?.keys(bytes) ?? false,
  });
  link.onGone(() => clearTimeout(timer));
}

async function watch(
  link: WatchLink,
  request: ToWatchedHost,
  parts: WatcherParts,
  offer: (control: Control) => void,
): Promise<void> {
  const { permit, sessionId } = request;
  const redeemed = await parts.vault.ask('session.redeemWatch', { permit, sessionId });
  if (!redeemed.ok) return refuse(link, redeemed.failure);
  const { watch: name, viewer } = redeemed.value.value;
  const which = { sessionId, watch: name };
  const ended = (): void => void parts.vault.ask('session.watchEnded', which);
  const session = parts.find(sessionId);
  const live = session?.watchable ?? null;
  if (link.gone || session === null || live === null || session.control.reason !== null) {
    ended();
    return refuse(link, failure('SESSION_GONE'));
  }
  const { watchers, oversight } = live;
  if (watchers === null) {
    ended();
    return refuse(link, failure('SESSION_WITHOUT_TERMINAL'));
  }
  if (watchers.count >= MOST_WATCHERS) {
    ended();
    return refuse(link, failure('TOO_MANY_VIEWERS', `${MOST_WATCHERS} at once`));
  }
  watchers.add(link, viewer);
  const control = offerControl({ ...parts, link, which, oversight, watchers });
  offer(control);
  const stopAsking = askAgain({
    ...parts,
    ask: () => parts.vault.ask('session.watchGoesOn', which),
    over: (because) => refuse(link, because),
  });
  link.onGone(() => {
    stopAsking();
    control.close();
    ended();
  });
  await session.over.catch(() => undefined);
  if (link.gone) return;
  const ending = session.control.reason;
  if (ending !== null) link.send({ type: 'ended', ending });
  link.close();
}

function refuse(link: WatchLink, because: Failure): void {
  link.send({ type: 'failed', failure: because });
  link.close();
}
