import type { Socket } from 'node:net';
import type { Connection, ServerChannel } from 'ssh2';
import { kexinitNames } from './kexinit.js';
import type { DoorLimits } from './limits.js';
import { type QuickerCipher, quickerCipher } from './ssh2-ciphers.js';
import { offerHybrid } from './ssh2-hybrid.js';
import { bearsOthersInRenewals } from './ssh2-renewal.js';
import { answerLateRequests, keepRawText } from './ssh2-requests.js';

/**
 * With ssh2-requests.ts, ssh2-hybrid.ts, ssh2-offer.ts, ssh2-ciphers.ts, ssh2-renewal.ts and ssh2-back.ts the one place that reaches into ssh2 1.17.0, where it has no hook: each reach closes a hole that an attack test of ours
 * tries (test/door/attacks.test.ts), so that an upgrade cannot open it again. The version is pinned.
 */
interface Internals {
  readonly _sock: Socket;
  readonly _chanMgr: { get(id: number): unknown };
  readonly _protocol: {
    /** Set while keys are being exchanged. */
    readonly _kexinit: unknown;
    /** Packets that wait for the end of the key exchange. */
    readonly _queue: readonly unknown[] | undefined;
    readonly _handlers: Handlers;
    /** Of the key exchange that goes on: what the client sent to begin it. */
    readonly _kex?: { readonly _remoteKexinit: Buffer };
    readonly _offer: {
      readonly lists: Readonly<Record<'kex' | 'serverHostKey', { readonly array: readonly string[] }>>;
    };
    _skipNextInboundPacket: boolean;
    channelOpenFail(recipient: number, reason: number, description: string): void;
  };
}
interface Handlers {
  CHANNEL_OPEN: (protocol: unknown, info: ChannelOpen) => void;
  CHANNEL_OPEN_CONFIRMATION: (protocol: unknown, info: { packetSize: number }) => void;
  CHANNEL_DATA: (protocol: unknown, recipient: number, data: Buffer) => void;
  CHANNEL_WINDOW_ADJUST: (protocol: unknown, recipient: number, amount: number) => void;
}
interface ChannelOpen {
  readonly type: string;
  /** Of direct-tcpip; of other kinds, other things. */
  readonly data?: { readonly destIP?: unknown; readonly destPort?: unknown };
  readonly sender: number;
  packetSize: number;
}

/** Waits until the client has read enough of what it was sent. */
export interface Outflow {
  whenClear(go: () => void): void;
  /** Bytes that the client still takes on this channel. */
  windowOf(channel: ServerChannel): number;
  /** Calls back whenever it takes more, with how many bytes. */
  onWindow(channel: ServerChannel, listener: (amount: number) => void): void;
  /** Milliseconds that it may take for the next 128 KiB of the last of its output. */
  readonly farewell: number;
}

export interface GuardOptions {
  readonly limits: DoorLimits;
  /** A sentence for whoever asks for another kind of channel than a session; null: it may be asked for. */
  readonly mayOpen: (
    type: string,
    to: { readonly host: string; readonly port: number } | null,
  ) => string | null;
  /** The client broke a rule that no honest client breaks: hang up. */
  readonly onViolation: (why: string) => void;
}

/** RFC 4254 §5.1. */
const OPEN_FAILURE = { prohibited: 1, connectFailed: 2, resourceShortage: 4 } as const;
const SMALLEST_PACKET = 1024;
const LARGEST_PACKET = 32 * 1024;
const QUEUED_PACKETS = 20_000;

export function guardConnection(connection: Connection, options: GuardOptions): Outflow {
  const inside = connection as unknown as Internals;
  guardChannelOpen(inside, options);
  guardReceiveWindow(inside, options);
  const cipher = quickerCipher(connection);
  offerHybrid(connection, { kexinit: cipher.heard, begun: bearsOthersInRenewals(connection) });
  guardGuesses(inside);
  keepRawText(connection);
  answerLateRequests(connection);
  const keys = freshKeys(connection, inside, options, cipher);
  inside._sock.on('data', () => {
    if (inside._sock.writableLength > options.limits.unreadAnswers)
      options.onViolation('does not read the answers it asks for');
    else if ((inside._protocol._queue?.length ?? 0) > QUEUED_PACKETS)
      options.onViolation('keeps asking during a key exchange');
  });
  connection.on('close', keys.stop);
  return {
    ...outflow(connection, inside, { limits: options.limits, beforeEach: keys.renewIfDue }),
    ...windows(inside),
    farewell: options.limits.farewell,
  };
}

interface Sending {
  readonly incoming: { readonly id: number };
  readonly outgoing: { readonly window: number };
}

function windows({ _protocol: protocol }: Internals): Pick<Outflow, 'windowOf' | 'onWindow'> {
  const listeners = new Map<number, (amount: number) => void>();
  const adjust = protocol._handlers.CHANNEL_WINDOW_ADJUST;
  protocol._handlers.CHANNEL_WINDOW_ADJUST = (self, recipient, amount) => {
    adjust(self, recipient, amount);
    listeners.get(recipient)?.(amount);
  };
  return {
    windowOf: (channel) => (channel as unknown as Sending).outgoing.window,
    onWindow(channel, listener) {
      const { id } = (channel as unknown as Sending).incoming;
      listeners.set(id, listener);
      channel.once('close', () => {
        if (listeners.get(id) === listener) listeners.delete(id);
      });
    },
  };
}

/** The socket that a connection came in by. */
export function socketOf(connection: Connection): Socket {
  return (connection as unknown as Internals)._sock;
}

/** A maximum packet size of 0 freezes the whole process at the first write (ssh2#1504). */
function guardChannelOpen({ _protocol: protocol }: Internals, { mayOpen, onViolation }: GuardOptions): void {
  const open = protocol._handlers.CHANNEL_OPEN;
  protocol._handlers.CHANNEL_OPEN = (self, info) => {
    const refused = info.type === 'session' ? null : mayOpen(info.type, destinationOf(info));
    if (refused !== null) protocol.channelOpenFail(info.sender, OPEN_FAILURE.prohibited, refused);
    else if (info.packetSize < SMALLEST_PACKET)
      protocol.channelOpenFail(
        info.sender,
        OPEN_FAILURE.resourceShortage,
        'the maximum packet size is below 1 KiB',
      );
    else {
      info.packetSize = Math.min(info.packetSize, LARGEST_PACKET);
      open(self, info);
    }
  };
  const confirm = protocol._handlers.CHANNEL_OPEN_CONFIRMATION;
  protocol._handlers.CHANNEL_OPEN_CONFIRMATION = (self, info) => {
    if (info.packetSize < SMALLEST_PACKET) return onViolation('takes packets below 1 KiB only');
    info.packetSize = Math.min(info.packetSize, LARGEST_PACKET);
    confirm(self, info);
  };
}

function destinationOf({ data }: ChannelOpen): { readonly host: string; readonly port: number } | null {
  const { destIP: host, destPort: port } = data ?? {};
  return typeof host === 'string' && typeof port === 'number' ? { host, port } : null;
}

/** Refuses a channel with one of RFC 4254's reasons and a sentence, of which ssh2's own `reject` knows neither. */
export function refuseChannel(
  connection: Connection,
  reject: () => void,
  why: { readonly reason: keyof typeof OPEN_FAILURE; readonly sentence: string },
): void {
  const { _protocol: protocol } = connection as unknown as Internals;
  const fail = protocol.channelOpenFail.bind(protocol);
  protocol.channelOpenFail = (recipient) => fail(recipient, OPEN_FAILURE[why.reason], why.sentence);
  try {
    reject();
  } finally {
    // the class's own again
    Reflect.deleteProperty(protocol, 'channelOpenFail');
  }
}

/** The receive window is not enforced by ssh2 (ssh2#1505): 102 MB were taken on a window of 2 MiB. */
function guardReceiveWindow(
  { _protocol: protocol, _chanMgr: channels }: Internals,
  { onViolation }: GuardOptions,
): void {
  const take = protocol._handlers.CHANNEL_DATA;
  protocol._handlers.CHANNEL_DATA = (self, recipient, data) => {
    if (data.length > windowOf(channels.get(recipient))) onViolation('sent more than its window allows');
    else take(self, recipient, data);
  };
}

/**
 * A client may send its half of the key exchange along, guessing the method (RFC 4253 §7: right when the first choices of
 * both agree). ssh2 drops the packet after a right guess, too, and then both wait for ever: Dropbear's client always guesses.
 */
function guardGuesses({ _protocol: protocol }: Internals): void {
  let skip = false;
  Object.defineProperty(protocol, '_skipNextInboundPacket', {
    get: () => skip && !guessedRight(protocol),
    set(value: boolean) {
      skip = value;
    },
  });
}

function guessedRight({ _kex: exchange, _offer: { lists } }: Internals['_protocol']): boolean {
  if (exchange === undefined) return false;
  const theirs = kexinitNames(exchange._remoteKexinit);
  return theirs?.kex[0] === lists.kex.array[0] && theirs?.hostKey[0] === lists.serverHostKey.array[0];
}

interface Windowed {
  readonly incoming?: { readonly window: number };
  /** Of a session, before and after its channel is there: the same object as the channel's `incoming`. */
  readonly _chanInfo?: { readonly incoming: { readonly window: number } };
}

/** Data for a channel that is not there (any more) is dropped by ssh2. */
function windowOf(channel: unknown): number {
  if (typeof channel !== 'object' || channel === null) return LARGEST_PACKET;
  const { incoming, _chanInfo: info } = channel as Windowed;
  return incoming?.window ?? info?.incoming.window ?? 0;
}

/** ssh2 never starts a key exchange itself, and lets one last for ever while everything waits in memory. */
function freshKeys(
  connection: Connection,
  { _protocol: protocol, _sock: socket }: Internals,
  { limits, onViolation }: GuardOptions,
  cipher: QuickerCipher,
): { readonly stop: () => void; readonly renewIfDue: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let from = 0;
  const bytes = (): number => socket.bytesRead + socket.bytesWritten;
  const exchange = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => onViolation('does not finish a key exchange'), limits.rekeyWithin);
    connection.rekey();
  };
  connection.on('handshake', ({ cs, sc }) => {
    clearTimeout(timer);
    cipher.agreed([cs.cipher, sc.cipher]);
    from = bytes();
    timer = setTimeout(exchange, limits.rekeyAfter);
  });
  const renewIfDue = (): void => {
    if (protocol._kexinit !== undefined) return;
    const moved = bytes() - from;
    if (cipher.better && moved > limits.quickerAfter) {
      cipher.insist();
      exchange();
    } else if (moved > limits.rekeyBytes) exchange();
  };
  socket.on('data', renewIfDue);
  return { stop: () => clearTimeout(timer), renewIfDue };
}

/**
 * ssh2 does not look at the socket when it sends: a client with a 4 GiB window that stops reading makes the server hold
 * all of it, and a key exchange that never ends does the same.
 */
function outflow(
  connection: Connection,
  { _protocol: protocol, _sock: socket }: Internals,
  { limits, beforeEach }: { readonly limits: DoorLimits; readonly beforeEach: () => void },
): Pick<Outflow, 'whenClear'> {
  const waiting = new Set<() => void>();
  const clear = (): boolean => socket.writableLength <= limits.slowReader && protocol._kexinit === undefined;
  /** ssh2 writes a packet in three pieces; on a socket without delay that would wake the client twice for each. */
  const asOne = (go: () => void): void => {
    socket.cork();
    go();
    socket.uncork();
  };
  const letGo = (): void => {
    for (const go of [...waiting]) {
      if (!clear()) return;
      waiting.delete(go);
      asOne(go);
    }
  };
  socket.on('drain', letGo);
  connection.on('handshake', letGo).on('close', () => waiting.clear());
  return {
    whenClear(go) {
      beforeEach();
      if (clear()) asOne(go);
      else waiting.add(go);
    },
  };
}
