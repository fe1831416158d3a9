import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import type { Screens } from '#/session/screen/screens.js';
import { createWorkerScreens } from '#/session/screen/worker-screens.js';

/** A thread that answers with what was written, and dies of a "!". */
const MORTAL = `
  import { parentPort } from 'node:worker_threads';
  const written = new Map();
  let writes = 0;
  parentPort.on('message', (messages) => messages.forEach(take));
  function take(message) {
    const { type, screen, request, bytes } = message;
    if (type === 'write') writes += 1;
    if (type === 'typed') written.set(screen, written.get(screen) + '<' + Buffer.from(bytes) + '>');
    if (type === 'resize') written.set(screen, written.get(screen) + '|');
    if (type === 'open') written.set(screen, '');
    if (type === 'write' && Buffer.from(bytes).includes('!')) process.exit(1);
    if (type === 'write') written.set(screen, written.get(screen) + Buffer.from(bytes));
    if (type === 'write') parentPort.postMessage({ type: 'taken', screen, bytes: bytes.length });
    if (type === 'snapshot') parentPort.postMessage({
      type: 'snapshot', request, columns: 80, rows: 24, screen: written.get(screen) + ' in ' + writes, held: new Uint8Array(), exact: true,
    });
  }
`;
const size = { columns: 80, rows: 24 };

const mortal = new URL(`data:text/javascript,${encodeURIComponent(MORTAL)}`);

let screens: Screens;
afterEach(async () => await screens.close());

test('when the thread of the models dies, nobody waits for it, no screen is made up, and the next session has a model again', async () => {
  screens = createWorkerScreens({
    worker: mortal,
    log: () => undefined,
  });
  const before = screens.open(size);
  before.write(Buffer.from('shown'));
  expect(await before.snapshot()).toMatchObject({ screen: 'shown in 1' });
  before.write(Buffer.alloc(20 * 1024 * 1024, '!'));
  const [waited, shot] = [before.caughtUp(), before.snapshot()];
  expect(await shot).toBeNull();
  await waited;
  expect(before.lag).toBe(0);

  const after = screens.open(size);
  after.write(Buffer.from('new'));
  expect(await after.snapshot()).toMatchObject({ screen: 'new in 1' });
  before.write(Buffer.from('more'));
  expect(await before.snapshot()).toBeNull();
  expect(before.lag).toBe(0);
});

test('what is written soon after one another goes to the thread as one, and always before what came later', async () => {
  screens = createWorkerScreens({ worker: mortal, log: () => undefined });
  const one = screens.open(size);
  for (const key of 'typed') one.write(Buffer.from(key));
  one.typed(Buffer.from('key'), 7);
  one.resize({ columns: 100, rows: 30 });
  one.write(Buffer.from('and more'));
  expect(one.lag).toBe(13);
  expect(await one.snapshot()).toMatchObject({ screen: 'typed<key>|and more in 2' });
  expect(one.lag).toBe(0);
  // without anybody who asks it gets there, too
  one.write(Buffer.from('.'));
  while (one.lag > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await one.snapshot()).toMatchObject({ screen: 'typed<key>|and more. in 3' });
});

test('the thread of the models gives way to the thread with the bytes of the owner', async () => {
  screens = createWorkerScreens({
    worker: new URL('../../dist/session/screen/screen-worker.js', import.meta.url),
    log: () => undefined,
  });
  const one = screens.open(size);
  await one.snapshot();
  const nice = readdirSync('/proc/self/task').flatMap((thread) => {
    const fields = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim() === 'screens'
      ? [Number(fields[16])]
      : [];
  });
  expect(nice).toEqual([getPriority() + 4]);
});
