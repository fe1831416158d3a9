import type { Socket } from 'node:net';
import { encodeFrame, encodeJson, FRAME, FrameDecoder } from '#/contract/frame.js';
import { type FromWatchedHost, type ToWatchedHost, toWatchedHost } from '#/contract/watch-link.js';

/** The monitor's connection for one viewer: one request comes in, everything else goes out. */
export interface WatchLink {
  send(message: FromWatchedHost): void;
  /** False: the viewer is behind; `onDrain` says when he is not. */
  data(bytes: Uint8Array): boolean;
  onDrain(listener: () => void): void;
  onGone(listener: () => void): void;
  /** Closes when everything said has been sent. */
  close(): void;
  readonly gone: boolean;
}

/** Bytes that may wait for a viewer: more than a screen takes, less than anybody would notice. */
const MOST_UNSENT = 1024 * 1024;
/** Larger data go in several frames. */
const LARGEST = 1024 * 1024;

/** `asked` hears the request, once; a monitor that says anything else is cut off. */
export function watchLink(socket: Socket, asked: (request: ToWatchedHost) => void): WatchLink {
  const decoder = new FrameDecoder();
  const onGone: (() => void)[] = [];
  let heard = false;
  let gone = false;
  const leave = (): void => {
    if (gone) return;
    gone = true;
    socket.destroy();
    for (const listener of onGone.splice(0)) listener();
  };
  socket.on('error', leave);
  socket.on('close', leave);
  socket.on('data', (bytes: Buffer) => {
    try {
      for (const frame of decoder.push(bytes)) {
        if (heard || frame.kind !== FRAME.json) return leave();
        heard = true;
        asked(toWatchedHost.parse(JSON.parse(frame.payload.toString('utf8'))));
      }
    } catch {
      leave();
    }
  });
  return {
    send(message) {
      if (!gone) socket.write(encodeJson(message));
    },
    data(bytes) {
      if (gone) return true;
      for (let at = 0; at < bytes.length; at += LARGEST)
        socket.write(encodeFrame(FRAME.data, bytes.subarray(at, at + LARGEST)));
      return socket.writableLength <= MOST_UNSENT;
    },
    onDrain: (listener) => void socket.on('drain', listener),
    onGone: (listener) => void onGone.push(listener),
    close: () => void socket.end(),
    get gone() {
      return gone;
    },
  };
}
