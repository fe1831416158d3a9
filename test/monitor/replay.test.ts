import { expect, test } from 'vitest';
import type { Failure } from '#/domain/failure.js';
import { done } from '#/domain/outcome.js';
import { startReplay } from '#/monitor/replay.js';
import type { TapeScreen } from '#/monitor/tape-screen.js';

/** Its file was closed under a read, as when a viewer leaves in the middle of a jump. */
function brokenScreen(): TapeScreen {
  const show = () => Promise.reject(new Error('EBADF: file closed'));
  return { show, version: 0, close: () => undefined } as unknown as TapeScreen;
}
function replay(failed: (failure: Failure) => void) {
  return startReplay({
    screen: brokenScreen(),
    timeline: { durationMs: 1000, gaps: [], markers: [], running: false },
    size: { columns: 80, rows: 24 },
    clock: () => 0,
    send: () => undefined,
    transcript: {
      lines: [],
      whole: true,
      read: () => Promise.resolve(done(null)),
      grow: () => Promise.resolve(done(null)),
      close: () => undefined,
    },
    step: () => Promise.resolve(done(null)),
    sendTranscript: () => undefined,
    idle: () => true,
    failed,
  });
}

test('a tape that breaks while it is played ends this replay only', async () => {
  const { promise, resolve } = Promise.withResolvers<Failure>();
  replay(resolve);
  expect((await promise).code).toBe('INTERNAL');
});

test('and nobody hears of it who has left', async () => {
  const heard: Failure[] = [];
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', note);
  replay((failure) => heard.push(failure)).close();
  await new Promise((later) => setImmediate(later));
  process.off('unhandledRejection', note);
  expect({ heard, unhandled }).toEqual({ heard: [], unhandled: [] });
});
