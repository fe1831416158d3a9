import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { encodeFrame, encodeJson, FRAME, FrameDecoder } from '#/contract/frame.js';
import { type FromMonitor, type ToMonitor, toMonitor } from '#/contract/replay-link.js';
import { failure } from '#/domain/failure.js';

/** One viewer: a portal or the CLI, on the other end of a connection. */
export interface ViewerLink {
  send(message: FromMonitor): void;
  /** Resolves when the viewer is ready for more. Bytes go in frames of at most 256 KiB. */
  data(bytes: Buffer): Promise<void>;
  /** Resolves when what was sent is taken, or the viewer is gone. */
  taken(): Promise<void>;
  /** Nothing that was sent waits to be taken. */
  readonly idle: boolean;
  readonly closed: boolean;
  /** After what was sent is taken. */
  end(): void;
}

export interface Heard {
  message(message: ToMonitor): void;
  /** What he types on a keyboard that he has taken over. */
  keys(bytes: Buffer): void;
  /** The viewer took what was waiting. */
  idle(): void;
  closed(): void;
}

const LARGEST = 256 * 1024;

/** What a viewer says is checked against the contract; one who says anything else is told so and put down. */
export function openViewerLink(stream: Duplex, heard: Heard): ViewerLink {
  const decoder = new FrameDecoder();
  let closed = false;
  const link: ViewerLink = {
    send: (message) => {
      if (!closed) stream.write(encodeJson(message), () => heard.idle());
    },
    async data(bytes) {
      for (let from = 0; from < bytes.length && !closed; from += LARGEST) {
        if (!stream.write(encodeFrame(FRAME.data, bytes.subarray(from, from + LARGEST))))
          await Promise.race([once(stream, 'drain'), gone]);
      }
    },
    async taken() {
      while (stream.writableNeedDrain && !closed) await Promise.race([once(stream, 'drain'), gone]);
    },
    get idle() {
      return stream.writableLength === 0;
    },
    get closed() {
      return closed;
    },
    end: () => stream.end(),
  };
  const gone = new Promise<void>((resolve) => {
    stream.once('close', () => {
      closed = true;
      resolve();
      heard.closed();
    });
  });
  stream.on('error', () => stream.destroy());
  stream.on('end', () => stream.end());
  stream.on('data', (bytes: Buffer) => {
    try {
      for (const { kind, payload } of decoder.push(bytes)) {
        if (kind === FRAME.data) heard.keys(payload);
        else heard.message(toMonitor.parse(JSON.parse(payload.toString('utf8'))));
      }
    } catch {
      link.send({
        type: 'failed',
        failure: failure('PROTOCOL', 'the monitor was asked for what it does not know'),
      });
      stream.end(() => stream.destroy());
      stream.pause();
    }
  });
  return link;
}
