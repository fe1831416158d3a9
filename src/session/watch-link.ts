import type { Socket } from 'node:net';
import { encodeFrame, encodeJson, FRAME, type Frame, FrameDecoder } from '#/contract/frame.js';
import {
  type FromWatchedHost,
  type ToControlledHost,
  type ToWatchedHost,
  toControlledHost,
  toWatchedHost,
} from '#/contract/watch-link.js';

/** The monitor's connection for one viewer: one request comes in, and what it takes to take over the keyboard; the rest goes out. */
export interface WatchLink {
  send(message: FromWatchedHost): void;
  /** False: the viewer is behind; `onDrain` says when he is not. */
  data(bytes: Uint8Array): boolean;
  onDrain(listener: () => void): void;
  onGone(listener: () => void): void;
  /** Of keys: the monitor is not read, and read again. */
  pause(): void;
  resume(): void;
  /** Closes when everything said has been sent. */
  close(): void;
  readonly gone: boolean;
}

/** What is heard of a monitor. */
export interface WatchHeard {
  /** The request: once, before anything else. */
  asked(request: ToWatchedHost): void;
  control(message: ToControlledHost): void;
  /** False: nobody may type here, and who tries is cut off. */
  keys(bytes: Buffer): boolean;
}

/** Bytes that may wait for a viewer: more than a screen takes, less than anybody would notice. */
const MOST_UNSENT = 1024 * 1024;
/** Larger data go in several frames. */
const LARGEST = 1024 * 1024;

/** A monitor that says anything else is cut off. */
export function watchLink(socket: Socket, heard: WatchHeard): WatchLink {
  const decoder = new FrameDecoder();
  const onGone: (() => void)[] = [];
  let asked = false;
  let gone = false;
  const leave = (): void => {
    if (gone) return;
    gone = true;
    socket.destroy();
    for (const listener of onGone.splice(0)) listener();
  };
  const hear = ({ kind, payload }: Frame): void => {
    if (kind === FRAME.data && asked) {
      if (!heard.keys(payload)) leave();
      return;
    }
    if (kind !== FRAME.json) return leave();
    const message: unknown = JSON.parse(payload.toString('utf8'));
    if (asked) return heard.control(toControlledHost.parse(message));
    const request = toWatchedHost.parse(message);
    asked = true;
    heard.asked(request);
  };
  socket.on('error', leave);
  socket.on('close', leave);
  socket.on('data', (bytes: Buffer) => {
    try {
      for (const frame of decoder.push(bytes)) if (!gone) hear(frame);
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
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    close: () => void socket.end(),
    get gone() {
      return gone;
    },
  };
}
