import type { DoorLimits } from './limits.js';
import { type Offence, type PenaltyTable, penaltySource, penaltyTable } from './penalties.js';
import { mayStart } from './startups.js';

/** Seconds that never run backwards, and a number in [0, 1): passed in, so that tests decide both. */
export interface Chance {
  readonly now: () => number;
  readonly random: () => number;
}

/** One connection from the first byte on; without an identity it counts against every limit. */
export interface Visit {
  readonly from: string;
  readonly identified: boolean;
  /** The portal knows who this is. */
  identify(): void;
  /** Nobody is logged in any more: the grace time starts again. */
  forget(): void;
  /** A refused attempt. False: no more are allowed. */
  attempt(): boolean;
  /** A refusal that counts as a try but is nobody's fault, such as an offered key that is not registered. */
  miss(): boolean;
  readonly misses: number;
  /** Something of ours threw while serving this connection. */
  crashed(): void;
  end(): void;
}

/** Who may come in: a limit on visits without an identity, and penalties by source. */
export interface Admission {
  /** `dismiss` gets a sentence for the person when he has to go: his time or his tries are over. */
  admit(from: string, dismiss: (why: string) => void): Visit | { readonly refused: string };
}

export interface AdmissionOptions {
  readonly limits: DoorLimits;
  readonly chance: Chance;
  /** False where the address is only what the other side says it is. */
  readonly penalties: boolean;
}

export function openAdmission({ limits, chance, penalties }: AdmissionOptions): Admission {
  const table = penalties ? penaltyTable(limits.penalties) : null;
  const hall = { strangers: 0 };
  return {
    admit(from, dismiss) {
      const wait = table?.refusedFor(penaltySource(from), chance.now()) ?? 0;
      if (wait > 0) return { refused: 'Not allowed at this time' };
      if (!mayStart(hall.strangers, limits.startups, chance.random()))
        return { refused: 'Exceeded MaxStartups' };
      return startVisit({ from, limits, chance, table, hall, dismiss });
    },
  };
}

interface VisitOptions {
  readonly from: string;
  readonly limits: DoorLimits;
  readonly chance: Chance;
  readonly table: PenaltyTable | null;
  readonly hall: { strangers: number };
  readonly dismiss: (why: string) => void;
}

function startVisit({ from, limits, chance, table, hall, dismiss }: VisitOptions): Visit {
  let identified = false;
  let everIdentified = false;
  let ended = false;
  let attempts = 0;
  let misses = 0;
  let offence: Offence | null = null;
  let grace: NodeJS.Timeout | undefined;

  const beStranger = (): void => {
    hall.strangers += 1;
    grace = setTimeout(() => {
      offence ??= 'grace-exceeded';
      dismiss(`Nobody logged in within ${limits.loginGrace / 1000} seconds.`);
    }, limits.loginGrace);
  };
  const stopBeingStranger = (): void => {
    hall.strangers -= 1;
    clearTimeout(grace);
  };
  const triesLeft = (): boolean => attempts + misses < limits.authTries;
  const sum = (): Offence | null => offence ?? (everIdentified ? null : attempts > 0 ? 'authfail' : 'noauth');
  beStranger();

  return {
    from,
    get identified() {
      return identified;
    },
    get misses() {
      return misses;
    },
    identify() {
      if (identified || ended) return;
      identified = true;
      everIdentified = true;
      attempts = 0;
      misses = 0;
      stopBeingStranger();
    },
    forget() {
      if (!identified || ended) return;
      identified = false;
      beStranger();
    },
    attempt() {
      attempts += 1;
      if (!triesLeft()) dismiss('Too many failed logins on this connection.');
      return triesLeft();
    },
    miss() {
      misses += 1;
      return triesLeft();
    },
    crashed() {
      offence = 'crash';
    },
    end() {
      if (ended) return;
      ended = true;
      if (!identified) stopBeingStranger();
      const against = sum();
      if (against !== null) table?.record(penaltySource(from), against, chance.now());
    },
  };
}
