import type { Socket } from 'node:net';
import { encodeJson, FRAME, FrameDecoder, type FrameKind } from '#/contract/frame.js';
import { type ToHost, type ToPortal, toHost } from '#/contract/session-link.js';
import { writeFrame } from '#/contract/stream-writes.js';

/** One portal's connection: messages both ways, and the terminal's bytes. */
export interface PortalLink {
  send(message: ToPortal): void;
  /** False: the portal is behind; wait for `onDrain`. */
  data(bytes: Uint8Array): boolean;
  /** The same for standard error, where it goes apart. */
  errors(bytes: Uint8Array): boolean;
  /** Who listens from now on. What came before is handed over first. */
  listen(listener: LinkListener): void;
  /** Keeps what comes for the next listener; a portal that says a lot meanwhile is not read on. */
  keep(): void;
  pauseInput(): void;
  resumeInput(): void;
  /** Closes when everything said has been sent. */
  close(): void;
  readonly gone: boolean;
}

export interface LinkListener {
  readonly message: (message: ToHost) => void;
  readonly data: (bytes: Buffer) => void;
  readonly drain: () => void;
  /** The portal closed, broke off or broke the rules. Told once. */
  readonly gone: (why: string) => void;
}

/** Larger data go in several frames. */
const LARGEST = 1024 * 1024;
/**
 * Bytes that are kept for the next listener. Nobody listens while the vault is asked about a re-attach, before anything is
 * proven: at the limit the socket is not read any more, so that the portal waits and nothing that was typed is lost.
 */
const MOST_KEPT = 64 * 1024;
/** What keeping one message costs beside its bytes. */
const EACH_KEPT = 64;

type Heard = { readonly message: ToHost } | { readonly bytes: Buffer };

export function portalLink(socket: Socket): PortalLink {
  const decoder = new FrameDecoder({ streams: true });
  let listener: LinkListener | null = null;
  let early: Heard[] = [];
  let kept = 0;
  let over: string | null = null;

  const keep = (heard: Heard, size: number): void => {
    early.push(heard);
    kept += size + EACH_KEPT;
    if (kept > MOST_KEPT) socket.pause();
  };
  const hear = (heard: Heard, size = 0): void => {
    if (listener === null) keep(heard, size);
    else if ('message' in heard) listener.message(heard.message);
    else listener.data(heard.bytes);
  };
  const leave = (why: string): void => {
    if (over !== null) return;
    over = why;
    socket.destroySoon();
    listener?.gone(why);
  };
  socket.on('data', (bytes: Buffer) => {
    if (over !== null) return;
    try {
      for (const frame of decoder.push(bytes)) {
        if (frame.kind === FRAME.data) hear({ bytes: frame.payload }, frame.payload.length);
        else
          hear({ message: toHost.parse(JSON.parse(frame.payload.toString('utf8'))) }, frame.payload.length);
      }
    } catch {
      leave('the portal said what is no message');
    }
  });
  socket.on('drain', () => listener?.drain());
  socket.on('error', (error) => leave(error.message));
  socket.on('close', () => leave('the portal closed the connection'));

  const give = (kind: FrameKind, bytes: Uint8Array): boolean => {
    if (over !== null) return true;
    let room = true;
    for (let at = 0; at < bytes.length; at += LARGEST)
      room = writeFrame(socket, kind, bytes.subarray(at, at + LARGEST));
    return room;
  };

  return {
    send(message) {
      if (over === null) socket.write(encodeJson(message));
    },
    data: (bytes) => give(FRAME.data, bytes),
    errors: (bytes) => give(FRAME.errors, bytes),
    listen(next) {
      listener = next;
      const waiting = early;
      early = [];
      if (kept > MOST_KEPT) socket.resume();
      kept = 0;
      for (const heard of waiting) hear(heard);
      if (over !== null) next.gone(over);
    },
    keep() {
      listener = null;
    },
    pauseInput: () => void socket.pause(),
    resumeInput: () => void socket.resume(),
    close() {
      over ??= 'closed by us';
      socket.end();
      socket.resume();
    },
    get gone() {
      return over !== null;
    },
  };
}
