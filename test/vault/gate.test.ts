import { expect, test } from 'vitest';
import { createGate, createLanes } from '#/vault/gate.js';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('a gate lets so many through at once, and turns away who would wait too long', async () => {
  const gate = createGate(2, 3);
  let inside = 0;
  let most = 0;
  const work = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await turn();
    inside -= 1;
    return 'done';
  };
  const all = await Promise.all(Array.from({ length: 8 }, () => gate(work)));
  expect(most).toBe(2);
  expect(all).toEqual(['done', 'done', 'done', 'done', 'done', null, null, null]);
  expect(await gate(work)).toBe('done');
});

test('a gate is free again after a work that failed', async () => {
  const gate = createGate(1, 1);
  await expect(gate(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await gate(() => Promise.resolve(1))).toBe(1);
});

test('works of one name run one after the other, those of others meanwhile', async () => {
  const lanes = createLanes();
  const order: string[] = [];
  const work = (name: string) => async () => {
    order.push(`${name} begins`);
    await turn();
    order.push(`${name} ends`);
    if (name === 'a1') throw new Error('broken');
    return name;
  };
  const all = await Promise.allSettled([
    lanes('a', work('a1')),
    lanes('a', work('a2')),
    lanes('b', work('b1')),
  ]);
  expect(all.map((one) => one.status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect(order.indexOf('a2 begins')).toBeGreaterThan(order.indexOf('a1 ends'));
  expect(order.indexOf('b1 begins')).toBeLessThan(order.indexOf('a1 ends'));
});
