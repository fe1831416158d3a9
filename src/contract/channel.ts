import type { Duplex } from 'node:stream';
import { encodeJson, FRAME, FrameDecoder } from './frame.js';

/** Descriptor of the channel in a child; listening sockets follow it. */
export const CHANNEL = 3;

/**
 * No message of a child is larger, and no more of ours waits for a child that does not read: root keeps every child and
 * must not be filled by one that was taken over.
 */
export const LARGEST_MESSAGE = 64 * 1024;
const MOST_UNREAD = 1024 * 1024;

/** The channel between the supervisor and one child, as one of the two sees it: JSON frames over a socket. */
export interface Channel<Out> {
  readonly open: boolean;
  send(message: Out): void;
  close(): void;
}

export interface ChannelOptions {
  readonly hear: (message: unknown) => void;
  /** The other side said what is no message, or too much, or does not read. Nothing more of it is heard. */
  readonly broken: (why: string) => void;
  /** It is over, for whatever reason. */
  readonly closed?: () => void;
}

export function openChannel<Out>(socket: Duplex, options: ChannelOptions): Channel<Out> {
  const decoder = new FrameDecoder({ maximum: LARGEST_MESSAGE });
  let open = true;
  const end = (): void => {
    open = false;
    socket.destroy();
  };
  const broken = (why: string): void => {
    if (!open) return;
    end();
    options.broken(why);
  };
  socket.on('error', () => undefined);
  socket.on('close', () => {
    open = false;
    options.closed?.();
  });
  socket.on('data', (bytes: Buffer) => {
    for (const message of messagesIn(decoder, bytes) ?? [null]) {
      if (!open) return;
      if (message === null) return broken('said what is no message');
      options.hear(message);
    }
  });
  return {
    get open() {
      return open;
    },
    send(message) {
      if (!open) return;
      socket.write(encodeJson(message));
      if (socket.writableLength > MOST_UNREAD) broken('did not read what it was told');
    },
    close: end,
  };
}

/** Null: what came is no frame of ours. A message that is no object counts as none. */
function messagesIn(decoder: FrameDecoder, bytes: Buffer): readonly unknown[] | null {
  try {
    return decoder.push(bytes).map(({ kind, payload }) => {
      const message: unknown = kind === FRAME.json ? JSON.parse(payload.toString('utf8')) : null;
      return typeof message === 'object' ? message : null;
    });
  } catch {
    return null;
  }
}
