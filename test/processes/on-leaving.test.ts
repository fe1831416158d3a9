import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { onLeaving } from '#/processes/portal/on-leaving.js';

function client() {
  const [gone, dismissed] = [new AbortController(), new AbortController()];
  return { gone, dismissed, signals: { gone: gone.signal, dismissed: dismissed.signal } };
}

test('whoever goes, or has to, is heard of once each, also when he went before', () => {
  const { gone, dismissed, signals } = client();
  const heard: string[] = [];
  onLeaving(signals, () => heard.push('first'));
  gone.abort();
  expect(heard).toEqual(['first']);
  onLeaving(signals, () => heard.push('second'));
  expect(heard).toEqual(['first', 'second']);
  dismissed.abort();
  expect(heard).toEqual(['first', 'second', 'first', 'second']);
});

test('what is stopped hears nothing, and leaves nothing behind', () => {
  const { dismissed, signals } = client();
  let heard = 0;
  onLeaving(signals, () => (heard += 1))();
  for (const signal of Object.values(signals)) expect(getEventListeners(signal, 'abort')).toEqual([]);
  dismissed.abort();
  expect(heard).toBe(0);
});
