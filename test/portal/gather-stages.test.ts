import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { gatherStages } from '#/portal/gather-stages.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const stage = (at: 0 | 1 | 2, state: 'begun' | 'done') =>
  ({ type: 'stage', stage: at, state, note: null }) as const;

test('stages that come together are shown together, in order, and each of them', () => {
  const shown: unknown[] = [];
  const stages = gatherStages((some) => void shown.push(some));
  stages.add(stage(0, 'begun'));
  stages.add(stage(0, 'done'));
  expect(shown).toEqual([]);
  vi.runAllTimers();
  expect(shown).toEqual([[stage(0, 'begun'), stage(0, 'done')]]);
  stages.add(stage(1, 'begun'));
  vi.runAllTimers();
  expect(shown.slice(1)).toEqual([[stage(1, 'begun')]]);
});

test('what cannot wait shows them at once, and they are not shown again', () => {
  const shown: unknown[] = [];
  const stages = gatherStages((some) => void shown.push(some));
  stages.add(stage(2, 'begun'));
  stages.flush();
  stages.flush();
  vi.runAllTimers();
  expect(shown).toEqual([[stage(2, 'begun')]]);
});
