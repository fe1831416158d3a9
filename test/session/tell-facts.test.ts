import { afterEach, expect, test, vi } from 'vitest';
import { done } from '#/domain/outcome.js';
import { type Facts, startTellingFacts } from '#/session/tell-facts.js';
import type { Vault } from '#/session/vault.js';

const FACTS: Facts = {
  lastKeyAt: null,
  bytes: 0,
  lastActivity: null,
  suspendedBy: null,
  typing: null,
  company: null,
};

afterEach(() => void vi.useRealTimers());

test('a change is told at once, and one that comes while the vault is asked right after it', async () => {
  vi.useFakeTimers();
  let facts: Facts = { ...FACTS, company: 'waiting' };
  const told: unknown[] = [];
  const answers: (() => void)[] = [];
  const vault = {
    ask: async (_call: string, { sessions }: { sessions: readonly Facts[] }) => {
      told.push(...sessions.map(({ company }) => company));
      await new Promise<void>((resolve) => answers.push(resolve));
      return done({ value: null });
    },
  } as unknown as Vault;
  const teller = startTellingFacts(vault, () => [{ id: 'one', facts }]);
  const answered = async (): Promise<void> => {
    answers.shift()?.();
    await vi.advanceTimersByTimeAsync(0);
  };

  teller.soon();
  expect(told).toEqual(['waiting']);
  facts = { ...FACTS, company: null };
  teller.soon();
  expect(told).toEqual(['waiting']);
  await answered();
  expect(told).toEqual(['waiting', null]);
  facts = { ...FACTS, company: 'alone' };
  teller.soon();
  await answered();
  expect(told).toEqual(['waiting', null, 'alone']);
  await answered();
  // nothing new is told twice
  await vi.advanceTimersByTimeAsync(3000);
  expect(told).toEqual(['waiting', null, 'alone']);
  teller.stop();
});
