import type { Portal } from './context.js';
import { directEnd } from './direct-end.js';
import { endingNotice } from './ending-words.js';
import { gatherStages } from './gather-stages.js';
import type { Notice } from './portal-state.js';
import { type ConnectWish, type SessionWish, wishName } from './route.js';
import {
  type ConnectingAction,
  type ConnectingState,
  connectingReducer,
  notYetConnecting,
} from './screens/connecting/connecting-state.js';
import type {
  HostKeyDecision,
  HostKeyQuestion,
  PortalServices,
  RawTerminal,
  SessionHooks,
  SessionResult,
} from './services.js';
import { createStore, type Store } from './store.js';

/** One session that is being opened. */
export interface Opening {
  readonly state: Store<ConnectingState, ConnectingAction>;
  /** Begins; later calls do nothing. */
  readonly start: () => void;
  readonly decide: (decision: HostKeyDecision) => void;
  /** The person gives up, or his terminal is gone. After the end it does nothing. */
  readonly giveUp: () => void;
}

export interface OpeningOptions {
  readonly wish: SessionWish;
  readonly services: PortalServices;
  readonly portal: Portal;
  /** Ink's own: keeps off the terminal while the promise is not settled, then draws everything anew. */
  readonly suspend: (use: () => Promise<void>) => Promise<void>;
}

/** From the wish to the menu again: stages, host key, the session itself, and one line on how it ended. */
export function openSession({ wish, services, portal, suspend }: OpeningOptions): Opening {
  const state = createStore(connectingReducer, notYetConnecting);
  const stages = gatherStages((gathered) => {
    for (const one of gathered) state.dispatch(one);
  });
  const abort = new AbortController();
  let answer: ((decision: HostKeyDecision) => void) | null = null;
  let started = false;

  const decide = (decision: HostKeyDecision): void => {
    state.dispatch({ type: 'answered' });
    answer?.(decision);
    answer = null;
  };
  const hooks: SessionHooks = {
    signal: abort.signal,
    onStage: (stage, is, note) => stages.add({ type: 'stage', stage, state: is, note: note ?? null }),
    askHostKey: (question: HostKeyQuestion) => {
      if (abort.signal.aborted) return Promise.resolve('refuse');
      stages.flush();
      state.dispatch({ type: 'asked', question });
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
    takeTerminal: (use) => lentTerminal(suspend, portal, use),
  };
  return {
    state,
    decide,
    start() {
      if (started) return;
      started = true;
      const size = portal.size();
      const running =
        wish.kind === 'connect'
          ? services.connect(wish.account, size, hooks, wish.reason)
          : services.reattach(wish.session.id, size, hooks);
      portal.after(running, (result) => finish(portal, wish, result, abort.signal.aborted));
    },
    giveUp() {
      state.dispatch({ type: 'givenUp' });
      abort.abort();
      decide('refuse');
    },
  };
}

/** Lends the terminal while Ink keeps off it; what `use` came to is what comes out. */
async function lentTerminal<T>(
  suspend: OpeningOptions['suspend'],
  portal: Portal,
  use: (terminal: RawTerminal) => Promise<T>,
): Promise<T> {
  const outcome: { value?: T } = {};
  await suspend(async () => {
    outcome.value = await portal.lend(use);
  });
  return outcome.value as T;
}

function finish(portal: Portal, wish: SessionWish, result: SessionResult, givenUp: boolean): void {
  const tab = wish.kind === 'connect' ? 'accounts' : 'live';
  const name = wishName(wish);
  if (result.kind === 'failed' && result.failure.code === 'NOT_LOGGED_IN')
    return portal.failed(result.failure);
  // policy changed since the list was drawn
  if (result.kind === 'failed' && result.failure.code === 'REASON_NEEDED' && wish.kind === 'connect')
    return portal.state.dispatch({ type: 'replace', route: { screen: 'connecting', wish: askedWhy(wish) } });
  if (wish.direct === true && !mayGoOn(wish, result)) {
    const { status, words } = directEnd(name, result);
    return portal.end(status, words);
  }
  if (result.kind === 'failed' && !givenUp) {
    const keys =
      result.offered === undefined ? null : { offered: result.offered, pinned: result.pinned ?? null };
    return portal.state.dispatch({
      type: 'replace',
      route: { screen: 'refused', wish, failure: result.failure, keys },
    });
  }
  portal.state.dispatch({ type: 'show', tab, notice: noticeOf(name, result) });
}

function askedWhy({ reason: _none, account, ...wish }: ConnectWish): ConnectWish {
  return { ...wish, account: { ...account, reasonRequired: true } };
}

/** A changed host key that he may approve is no reason to hang up on him. */
function mayGoOn(wish: SessionWish, result: SessionResult): boolean {
  const isChanged = result.kind === 'failed' && result.offered !== undefined;
  return isChanged && wish.kind === 'connect' && wish.account.mayPinHostKey;
}

function noticeOf(name: string, result: SessionResult): Notice {
  if (result.kind === 'ended') return endingNotice(name, result.ending);
  if (result.kind === 'detached')
    return { tone: 'warning', text: `${name}: detached, the session runs on. Take it up again under Live.` };
  return { tone: 'plain', text: `${name}: not connected, you gave up` };
}
