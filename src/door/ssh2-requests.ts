import type { Connection } from 'ssh2';
import { rawText } from '#/domain/raw-text.js';

/** As ssh2-guards.ts: reaches into ssh2 1.17.0, for what it loses of requests on a channel. */
interface Internals {
  readonly _protocol: {
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
