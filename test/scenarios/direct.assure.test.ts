import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Postern, startPostern } from '../helpers/postern.ts';
import { ssh } from '../helpers/ssh-screen.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import { keyOf, PROMPT, prepare } from '../helpers/walk.ts';

let postern: Postern;
let target: Target;
let identity: string;
beforeAll(async () => {
  [postern, target] = await Promise.all([startPostern(), startTarget()]);
  await prepare(postern, target);
  identity = await keyOf(postern, 'alice');
});
afterAll(async () => {
  await postern?.remove();
  await target?.stop();
});

test('64 direct sessions begun at once all get to the target, and each ends with its own status', {
  timeout: 200_000,
}, async () => {
  const statuses = Array.from({ length: 64 }, async (_, status) => {
    const screen = ssh(postern.port, `alice@admin60@127.0.0.1#${target.port}`, { identity });
    await screen.output(PROMPT, 150);
    screen.type(`exit ${status}\r`);
    return await screen.exited;
  });
  expect(await Promise.all(statuses)).toEqual(Array.from({ length: 64 }, (_, status) => status));
});
