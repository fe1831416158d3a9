import { isDeepStrictEqual } from 'node:util';
import type { SessionFacts } from '#/contract/oversight-calls.js';
import type { Vault } from './vault.js';

/** What a running session is like now, for those who watch over it. */
export type Facts = Omit<SessionFacts, 'id'>;

export interface FactTeller {
  /** Something changed that the audit has to have: it is told at once, not at the next round. */
  soon(): void;
  /** The vault knows nothing any more: it is told everything again. */
  forget(): void;
  stop(): void;
}

/** Live lists are to be at most two seconds old. */
const EVERY = 1000;
/** Rows of one call. */
const MOST = 1000;

/** Tells the vault about the sessions of a host: those of which something changed, all in one call. */
export function startTellingFacts(
  vault: Vault,
  sessions: () => Iterable<{ readonly id: string; readonly facts: Facts | null }>,
): FactTeller {
  let told = new Map<string, Facts>();
  let asking = false;
  let again = false;
  const round = async (): Promise<void> => {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    again = false;
    const now = new Map<string, Facts>();
    for (const { id, facts } of sessions()) if (facts !== null) now.set(id, facts);
    const news = [...now].filter(([id, facts]) => !isDeepStrictEqual(facts, told.get(id)));
    told = now;
    for (let at = 0; at < news.length; at += MOST) {
      const rows = news.slice(at, at + MOST).map(([id, facts]) => ({ id, ...facts }));
      const answer = await vault.ask('session.facts', { sessions: rows });
      // told anew at the next round
      if (!answer.ok) told = new Map();
    }
    asking = false;
    if (again) await round();
  };
  const timer = setInterval(() => void round(), EVERY);
  timer.unref();
  return {
    soon: () => void round(),
    forget: () => void (told = new Map()),
    stop: () => clearInterval(timer),
  };
}
