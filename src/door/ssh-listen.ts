import type { Connection } from 'ssh2';
import type { ConnectionLogin } from './connection-login.js';
import type { Place } from './lends.js';
import type { ListenVisit } from './listen-visit.js';
import { REFUSALS } from './refusals.js';
import { openForwardedChannel } from './ssh2-back.js';
import type { Outflow } from './ssh2-guards.js';

export interface ListenersContext {
  readonly user: () => string;
  readonly from: string;
  /** So many at once. */
  readonly limit: number;
  readonly outflow: Outflow;
  readonly dismissed: AbortSignal;
  readonly login: ConnectionLogin;
  /** A global request has no place for a sentence: it goes where the person may see it. */
  readonly tell: (sentence: string) => void;
  readonly serve: (visit: ListenVisit) => void;
}

interface Listener {
  readonly gone: AbortController;
  host: string;
  port: number;
}

export interface Listeners {
  /** Runs `work` when all places that were asked for before it are answered: at once when none is waited for. */
  after(work: () => Promise<void>): Promise<void>;
}

/** Places where the target is to listen, as a client asks for them and gives them up. */
export function serveListeners(connection: Connection, context: ListenersContext): Listeners {
  const { login, limit, tell } = context;
  const open = new Set<Listener>();
  const waited = new Set<Promise<void>>();
  const find = ({ host, port }: Place): Listener | undefined =>
    [...open].find((one) => one.host === host && one.port === port);
  connection.on('close', () => {
    for (const { gone } of [...open]) gone.abort();
  });
  connection.on('request', (accept, reject, name, info) => {
    const at = placeOf(info);
    if (name === 'cancel-tcpip-forward') {
      const known = at === null ? undefined : find(at);
      known?.gone.abort();
      return known === undefined ? reject?.() : accept?.();
    }
    const direct = login.shared();
    if ((name as string) === 'streamlocal-forward@openssh.com') {
      tell((direct?.target ?? null) === null ? REFUSALS.remote : REFUSALS.listensAtSocket);
      return reject?.();
    }
    if (name !== 'tcpip-forward' || at === null) return reject?.();
    const why =
      direct === null || direct.target === null
        ? REFUSALS.remote
        : open.size >= limit
          ? REFUSALS.tooManyForwards
          : at.port !== 0 && find(at) !== undefined
            ? REFUSALS.listensAlready
            : null;
    if (direct === null || why !== null) {
      tell(why ?? REFUSALS.remote);
      return reject?.();
    }
    const gone = new AbortController();
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const listener: Listener = { gone, ...at };
    open.add(listener);
    waited.add(answered);
    void answered.then(() => waited.delete(answered));
    const over = (): void => {
      open.delete(listener);
      answer();
    };
    gone.signal.addEventListener('abort', over, { once: true });
    context.serve({
      ...direct,
      reason: login.reason(),
      from: context.from,
      user: context.user(),
      at,
      gone: gone.signal,
      dismissed: context.dismissed,
      opened(port) {
        if (at.port === 0) listener.port = port;
        accept?.(port);
        answer();
      },
      connect: (from) =>
        openForwardedChannel(connection, context.outflow, {
          at: { host: at.host, port: listener.port },
          from,
        }),
      refuse(sentence) {
        if (!gone.signal.aborted) tell(sentence);
        gone.abort();
        reject?.();
      },
      forgotten: () => login.over(),
    });
  });
  return {
    after: (work) => (waited.size === 0 ? work() : Promise.all(waited).then(work)),
  };
}

function placeOf(info: unknown): Place | null {
  if (typeof info !== 'object' || info === null) return null;
  const { bindAddr: host, bindPort: port } = info as { bindAddr?: unknown; bindPort?: unknown };
  return typeof host === 'string' && typeof port === 'number' ? { host, port } : null;
}
