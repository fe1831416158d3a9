import { connect } from 'node:net';
import { encodeJson, FRAME, FrameDecoder } from '#/contract/frame.js';
import type { ToHost, ToPortal } from '#/contract/session-link.js';
import { turnWriter, writeFrame } from '#/contract/stream-writes.js';

/** The portal's end of a connection to a session host. */
export interface HostLink {
  /** The host's socket: where a further connection goes. */
  readonly path: string;
  /** From the host's challenge; to be signed over. */
  readonly nonce: string;
  send(message: ToHost): void;
  /** What the person typed. False: the host is behind; wait for `drain`. */
  data(bytes: Uint8Array): boolean;
  /** What came before is handed over first, in order. */
  listen(listener: HostListener): void;
  pause(): void;
  resume(): void;
  close(): void;
}

export interface HostListener {
  readonly message: (message: ToPortal) => void;
  readonly data: (bytes: Buffer) => void;
  /** Standard error, of a session without a terminal. */
  readonly errors?: (bytes: Buffer) => void;
  readonly drain: () => void;
  /** The host closed or broke off. Told once, after everything it said. */
  readonly gone: (why: string) => void;
}

type Heard = { readonly message: ToPortal } | { readonly bytes: Buffer } | { readonly errors: Buffer };

const CHALLENGE_TIMEOUT = 5000;
const FAREWELL = 2000;

/** Connects and waits for the challenge; null with a reason when this host does not take anybody. */
export function openHostLink(
  path: string,
  timeout = CHALLENGE_TIMEOUT,
): Promise<HostLink | { readonly refused: string }> {
  const { promise, resolve } = Promise.withResolvers<HostLink | { readonly refused: string }>();
  const socket = connect(path);
  const decoder = new FrameDecoder({ streams: true });
  const inTurn = turnWriter(socket);
  const heard: Heard[] = [];
  let listener: HostListener | null = null;
  let paused = false;
  let over: string | null = null;
  let told = false;

  const deliver = (): void => {
    while (listener !== null && !paused) {
      const next = heard.shift();
      if (next === undefined) break;
      if ('bytes' in next) listener.data(next.bytes);
      else if ('errors' in next) listener.errors?.(next.errors);
      else listener.message(next.message);
    }
    if (listener === null || over === null || heard.length > 0 || told) return;
    told = true;
    listener.gone(over);
  };
  const leave = (why: string): void => {
    if (over !== null) return;
    over = why;
    clearTimeout(timer);
    // what was said last, such as 'end', still goes out
    socket.destroySoon();
    setTimeout(() => socket.destroy(), FAREWELL).unref();
    resolve({ refused: why });
    deliver();
  };
  const link = (nonce: string): HostLink => ({
    path,
    nonce,
    send(message) {
      if (over === null) socket.write(encodeJson(message));
    },
    data: (bytes) => over !== null || inTurn(() => void writeFrame(socket, FRAME.data, bytes)),
    listen(next) {
      listener = next;
      deliver();
    },
    pause() {
      paused = true;
      socket.pause();
    },
    resume() {
      paused = false;
      socket.resume();
      deliver();
    },
    close() {
      told = true;
      leave('closed by us');
    },
  });
  const timer = setTimeout(() => leave('no challenge'), timeout);
  socket.on('error', (error) => leave(error.message));
  socket.on('close', () => leave('the connection was closed'));
  socket.on('drain', () => listener?.drain());
  socket.on('data', (bytes: Buffer) => {
    try {
      for (const frame of decoder.push(bytes)) {
        if (frame.kind === FRAME.data) {
          heard.push({ bytes: frame.payload });
          continue;
        }
        if (frame.kind === FRAME.errors) {
          heard.push({ errors: frame.payload });
          continue;
        }
        const message = JSON.parse(frame.payload.toString('utf8')) as ToPortal;
        if (message.type !== 'challenge') heard.push({ message });
        else {
          clearTimeout(timer);
          resolve(link(message.nonce));
        }
      }
      deliver();
    } catch (error) {
      leave(error instanceof Error ? error.message : 'the host said what is no message');
    }
  });
  return promise;
}
