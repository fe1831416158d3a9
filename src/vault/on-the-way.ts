import type { Records, Store } from './records/records.js';

/**
 * A step of a session on its way to its target, before anything is released or reached: a later step comes to the disk before that,
 * and this one with it. A refusal has no later step.
 */
export async function onTheWay<T extends { readonly ok: boolean }>(
  store: Store,
  work: (records: Records) => Promise<T>,
): Promise<T> {
  const answer = await store.transaction(work, { soon: true });
  if (!answer.ok) await store.flushed();
  return answer;
}
