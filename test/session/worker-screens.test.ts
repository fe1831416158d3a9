import { afterEach, expect, test } from 'vitest';
import type { Screens } from '#/session/screen/screens.js';
import { createWorkerScreens } from '#/session/screen/worker-screens.js';

/** A thread that answers with what was written, and dies of a "!". */
const MORTAL = `
  import { parentPort } from 'node:worker_threads';
  const written = new Map();
  parentPort.on('message', (message) => {
    const { type, screen, request, bytes } = message;
    if (type === 'open') written.set(screen, '');
    if (type === 'write' && Buffer.from(bytes).includes('!')) process.exit(1);
    if (type === 'write') written.set(screen, written.get(screen) + Buffer.from(bytes));
    if (type === 'write') parentPort.postMessage({ type: 'taken', screen, bytes: bytes.length });
    if (type === 'snapshot') parentPort.postMessage({
      type: 'snapshot', request, columns: 80, rows: 24, screen: written.get(screen), held: new Uint8Array(), exact: true,
    });
  });
`;
const size = { columns: 80, rows: 24 };

let screens: Screens;
afterEach(async () => await screens.close());

test('when the thread of the models dies, nobody waits for it, no screen is made up, and the next session has a model again', async () => {
  screens = createWorkerScreens({
    worker: new URL(`data:text/javascript,${encodeURIComponent(MORTAL)}`),
    log: () => undefined,
  });
  const before = screens.open(size);
  before.write(Buffer.from('shown'));
  expect(await before.snapshot()).toMatchObject({ screen: 'shown' });
  before.write(Buffer.alloc(20 * 1024 * 1024, '!'));
  const [waited, shot] = [before.caughtUp(), before.snapshot()];
  expect(await shot).toBeNull();
  await waited;
  expect(before.lag).toBe(0);

  const after = screens.open(size);
  after.write(Buffer.from('new'));
  expect(await after.snapshot()).toMatchObject({ screen: 'new' });
  before.write(Buffer.from('more'));
  expect(await before.snapshot()).toBeNull();
  expect(before.lag).toBe(0);
});
