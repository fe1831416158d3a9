import { connect, type Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { encodeJson, FRAME, FrameDecoder } from '#/contract/frame.js';
import type { FromMonitor, ToMonitor } from '#/contract/replay-link.js';
import { socketPath } from '#/contract/sockets.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';

/** A connection to the monitor: what it says, as it says it. `hear` may return a promise: the monitor waits for it. */
export function openMonitor(
  run: string,
  hear: (message: FromMonitor | Buffer) => Promise<void> | void,
  onClose: (why: string) => void,
): { say(message: ToMonitor): void; close(): void } {
  const socket: Socket = connect(socketPath(run, 'monitor-admin'));
  const decoder = new FrameDecoder();
  let chain: Promise<void> = Promise.resolve();
  socket.on('data', (bytes: Buffer) => {
    socket.pause();
    chain = chain
      .then(async () => {
        for (const frame of decoder.push(bytes))
          await hear(
            frame.kind === FRAME.json
              ? (JSON.parse(frame.payload.toString('utf8')) as FromMonitor)
              : frame.payload,
          );
        socket.resume();
      })
      .catch(
        (error: unknown) => void socket.destroy(error instanceof Error ? error : new Error('broken frame')),
      );
  });
  let why = 'it closed the connection';
  socket.on('error', (error) => (why = error.message));
  socket.on('close', () => void chain.then(() => onClose(why)));
  return {
    say: (message) => void socket.write(encodeJson(message)),
    close: () => void socket.destroy(),
  };
}

/** One question, answered by one closing message; data before it go to `out` with backpressure. */
export function askMonitor(
  run: string,
  question: ToMonitor,
  out: Writable | null,
): Promise<Outcome<FromMonitor>> {
  const { promise, resolve } = Promise.withResolvers<Outcome<FromMonitor>>();
  const link = openMonitor(
    run,
    async (message) => {
      if (Buffer.isBuffer(message)) {
        if (out?.write(message) === false) await new Promise((drained) => out.once('drain', drained));
        return;
      }
      resolve(message.type === 'failed' ? failed(message.failure) : done(message));
      link.close();
    },
    (why) => resolve(failed(failure('MONITOR_UNAVAILABLE', why))),
  );
  link.say(question);
  return promise;
}
