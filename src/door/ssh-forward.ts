import type { Connection, ServerChannel } from 'ssh2';
import { channelStreams } from './channel-streams.js';
import type { ConnectionLogin } from './connection-login.js';
import type { DirectLogin } from './direct-visit.js';
import type { ForwardVisit } from './forward-visit.js';
import type { PageChannels } from './page-channels.js';
import { REFUSALS } from './refusals.js';
import { type Outflow, refuseChannel } from './ssh2-guards.js';

export interface ForwardsContext {
  readonly user: () => string;
  readonly from: string;
  /** So many at once. */
  readonly limit: number;
  readonly outflow: Outflow;
  readonly dismissed: AbortSignal;
  readonly login: ConnectionLogin;
  readonly pages: PageChannels;
  readonly serve: (visit: ForwardVisit) => void;
}

/** Connections to be made from the target, as a client asks for them. The guard lets only those of direct logins come here. */
export function serveForwards(connection: Connection, context: ForwardsContext): void {
  const { login, serve, limit, pages } = context;
  const open = new Set<AbortController>();
  connection.on('close', () => {
    for (const gone of [...open]) gone.abort();
  });
  connection.on('tcpip', (accept, reject, { destIP: host, destPort: port }) => {
    if (pages.leadTo({ host, port })) {
      if (pages.open(accept, context.outflow)) return;
      return refuseChannel(connection, reject, {
        reason: 'resourceShortage',
        sentence: REFUSALS.tooManyForwards,
      });
    }
    const direct = login.shared();
    if (direct === null)
      return refuseChannel(connection, reject, {
        reason: 'prohibited',
        sentence: REFUSALS.forwarding(context.user(), host),
      });
    if (open.size >= limit)
      return refuseChannel(connection, reject, {
        reason: 'resourceShortage',
        sentence: REFUSALS.tooManyForwards,
      });
    const gone = new AbortController();
    open.add(gone);
    gone.signal.addEventListener('abort', () => open.delete(gone), { once: true });
    const channel = waitingChannel(connection, { accept, reject, gone, outflow: context.outflow });
    serve({
      ...(direct satisfies DirectLogin),
      ...channel,
      reason: login.reason(),
      from: context.from,
      user: context.user(),
      to: { host, port },
      gone: gone.signal,
      dismissed: context.dismissed,
      forgotten: () => login.over(),
    });
  });
}

interface Asked {
  readonly accept: () => ServerChannel;
  readonly reject: () => void;
  readonly gone: AbortController;
  readonly outflow: Outflow;
}

/** A channel that was asked for, until it is opened or refused; then until it is closed. */
function waitingChannel(
  connection: Connection,
  { accept, reject, gone, outflow }: Asked,
): Pick<ForwardVisit, 'open' | 'refuse' | 'close'> {
  let close: (() => void) | null = null;
  return {
    open() {
      if (gone.signal.aborted || close !== null) return null;
      const streams = channelStreams(connection, accept(), outflow);
      streams.gone.addEventListener('abort', () => gone.abort(), { once: true });
      close = () => streams.close();
      return streams;
    },
    refuse(side, sentence) {
      if (close !== null) return close();
      if (!gone.signal.aborted)
        refuseChannel(connection, reject, {
          reason: side === 'ours' ? 'prohibited' : 'connectFailed',
          sentence,
        });
      gone.abort();
    },
    close() {
      if (close === null) gone.abort();
      else close();
    },
  };
}
