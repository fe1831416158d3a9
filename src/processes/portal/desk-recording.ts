import { connect } from 'node:net';
import type { DeskNext } from '#/contract/desk-link.js';
import { encodeJson, FRAME, type Frame, FrameDecoder } from '#/contract/frame.js';
import type { FromMonitor, MonitorRequest } from '#/contract/replay-link.js';
import type { Parcel } from '#/contract/rpc.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';

/** What the monitor says of one recording, part by part as it is asked for: nothing is kept here. */
export interface DeskRecording {
  next(): Promise<Outcome<Parcel>>;
  close(): void;
}

/** Asks the monitor, with a permit in the question. */
export function openDeskRecording(path: string, question: MonitorRequest): DeskRecording {
  const socket = connect(path);
  // said when the next part is asked for
  socket.on('error', () => undefined);
  socket.write(encodeJson(question));
  const parts = frames(socket);
  return {
    async next() {
      try {
        const { value: frame } = await parts.next();
        return frame === undefined ? failed(GONE) : told(frame);
      } catch {
        return failed(GONE);
      }
    },
    close: () => void socket.destroy(),
  };
}

const GONE = failure('MONITOR_UNAVAILABLE', 'it closed the connection');

/** Reads no further than somebody takes. */
async function* frames(bytes: AsyncIterable<Buffer>): AsyncGenerator<Frame, undefined> {
  const decoder = new FrameDecoder();
  for await (const some of bytes) yield* decoder.push(some);
}

function told({ kind, payload }: Frame): Outcome<Parcel> {
  const next = (over: FromMonitor | null): DeskNext => ({ over });
  if (kind !== FRAME.json) return done({ value: next(null), blob: payload });
  const message = JSON.parse(payload.toString('utf8')) as FromMonitor;
  return message.type === 'failed' ? failed(message.failure) : done({ value: next(message) });
}
