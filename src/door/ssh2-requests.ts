import type { Connection, Session } from 'ssh2';
import { rawText } from '#/domain/raw-text.js';
import type { LateRequest } from './late-requests.js';

/** As ssh2-guards.ts: reaches into ssh2 1.17.0, for what it loses of requests on a channel. */
interface Internals {
  readonly _chanMgr: { get(id: number): unknown };
  readonly _protocol: {
    channelSuccess(recipient: number): void;
    channelFailure(recipient: number): void;
    _onPayload: (payload: Buffer) => unknown;
    readonly _handlers: {
      CHANNEL_REQUEST: (
        ...args: [self: unknown, channel: number, type: string, reply: boolean, data: unknown]
      ) => void;
    };
  };
}

const CHANNEL_REQUEST = 98;

/** Commands and variables need not be UTF-8 (a file's name in Latin-1); ssh2 would put U+FFFD where they are not. */
export function keepRawText(connection: Connection): void {
  const { _protocol: protocol } = connection as unknown as Internals;
  const take = protocol._onPayload;
  const handle = protocol._handlers.CHANNEL_REQUEST;
  let request: Buffer | null = null;
  // taken over by each new set of keys
  protocol._onPayload = (payload) => {
    request = payload[0] === CHANNEL_REQUEST ? payload : null;
    return take(payload);
  };
  protocol._handlers.CHANNEL_REQUEST = (self, channel, type, reply, data) => {
    const strings = request !== null && (type === 'exec' || type === 'env') ? stringsOf(request) : [];
    const [first = '', second = ''] = strings.map(rawText);
    if (strings.length === 0) handle(self, channel, type, reply, data);
    else handle(self, channel, type, reply, type === 'exec' ? first : { name: first, value: second });
  };
}

const listeners = new WeakMap<object, (request: LateRequest) => boolean>();

/** Who is asked when the client of a running session sends a signal or a BREAK; false: it is refused. */
export function onLateRequest(session: Session, listener: (request: LateRequest) => boolean): void {
  listeners.set(session, listener);
}

/** ssh2 knows no BREAK (RFC 4335), and never answers a request on a session that has begun. */
export function answerLateRequests(connection: Connection): void {
  const { _protocol: protocol, _chanMgr: channels } = connection as unknown as Internals;
  const handle = protocol._handlers.CHANNEL_REQUEST;
  protocol._handlers.CHANNEL_REQUEST = (self, channel, type, reply, data) => {
    if (type !== 'break' && type !== 'signal') return handle(self, channel, type, reply, data);
    const session = channels.get(channel);
    if (typeof session !== 'object' || session === null) return;
    const request: LateRequest =
      type === 'break' ? { kind: 'break' } : { kind: 'signal', name: String(data).replace(/^SIG/, '') };
    const taken = listeners.get(session)?.(request) ?? false;
    const { outgoing } = (session as { _chanInfo?: { outgoing: { id: number } } })._chanInfo ?? {};
    if (!reply || outgoing === undefined) return;
    if (taken) protocol.channelSuccess(outgoing.id);
    else protocol.channelFailure(outgoing.id);
  };
}

/** What follows recipient, type and want-reply (RFC 4254 §5.4); ssh2 has found it to be well formed. */
function stringsOf(request: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  for (let at = 5 + 4 + request.readUInt32BE(5) + 1; at + 4 <= request.length; ) {
    const end = at + 4 + request.readUInt32BE(at);
    found.push(request.subarray(at + 4, end));
    at = end;
  }
  return found;
}
