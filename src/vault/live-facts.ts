import type { SessionFacts } from '#/contract/oversight-calls.js';

/** What session hosts tell of the sessions that run. In memory only: after a restart of the vault they tell it again. */
export interface LiveFacts {
  put(facts: SessionFacts): void;
  of(sessionId: string): SessionFacts | null;
  forget(sessionId: string): void;
}

export function createLiveFacts(): LiveFacts {
  const known = new Map<string, SessionFacts>();
  return {
    put: (facts) => void known.set(facts.id, facts),
    of: (sessionId) => known.get(sessionId) ?? null,
    forget: (sessionId) => void known.delete(sessionId),
  };
}
