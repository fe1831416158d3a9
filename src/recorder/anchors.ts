import type { SignedHead } from '#/contract/rows.js';
import { type Failure, failure } from '#/domain/failure.js';
import { failed, type Outcome } from '#/domain/outcome.js';
import type { Ending } from '#/domain/session.js';

/** What the last head of a tape comes with. */
export interface TapeEnd {
  readonly ending: Ending;
  /** What was done, of what was taped. */
  readonly activities: { readonly commands: number; readonly transfers: number };
}

/** `end`: with the last head only. `ephemeral`: base64 of the tape's own public key, with the first one only. */
export type Anchor = (
  segments: number,
  head: string,
  end: TapeEnd | null,
  ephemeral?: string,
) => Promise<Outcome<SignedHead>>;

export interface AnchorsOptions {
  readonly anchor: Anchor;
  /** Milliseconds. */
  readonly now: () => number;
  readonly every: number;
  /** The vault is there and does not take the head: the recording is worth nothing from here on. */
  readonly refused: (why: string) => void;
}

/** Waits between the tries of the last head, milliseconds; the vault may be about to come back. */
const TRIES = [0, 250, 500, 1000, 2000, 4000];

/** Brings the heads of a tape to the vault while it grows, off the path of the session. A vault that is away is waited for. */
export class Anchors {
  readonly #options: AnchorsOptions;
  #latest: { readonly segments: number; readonly head: string } | null = null;
  #anchoredAt: number;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(options: AnchorsOptions) {
    this.#options = options;
    this.#anchoredAt = options.now();
  }

  changed(segments: number, head: string): void {
    this.#latest = { segments, head };
    if (this.#timer !== null || this.#stopped) return;
    const wait = Math.max(0, this.#anchoredAt + this.#options.every - this.#options.now());
    this.#timer = setTimeout(() => {
      this.#running = this.#running.then(() => this.#one());
    }, wait);
    this.#timer.unref();
  }

  /** The last head; null when it is anchored. */
  async final(segments: number, head: string, end: TapeEnd): Promise<Failure | null> {
    this.stop();
    await this.#running;
    let last: Failure | null = null;
    for (const wait of TRIES) {
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const outcome = await asked(this.#options.anchor(segments, head, end));
      if (outcome.ok) return null;
      last = outcome.failure;
      if (!isAway(last)) return last;
    }
    return last;
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#stopped = true;
  }

  async #one(): Promise<void> {
    const latest = this.#latest;
    this.#timer = null;
    this.#anchoredAt = this.#options.now();
    if (latest === null) return;
    const outcome = await asked(this.#options.anchor(latest.segments, latest.head, null));
    if (outcome.ok) return;
    if (isAway(outcome.failure)) this.changed(latest.segments, latest.head);
    else this.#options.refused(outcome.failure.message);
  }
}

/** A sealed or restarting vault: sessions run and record on. */
function isAway(found: Failure): boolean {
  return found.code === 'VAULT_UNAVAILABLE' || found.code === 'VAULT_SEALED';
}

async function asked(question: Promise<Outcome<SignedHead>>): Promise<Outcome<SignedHead>> {
  try {
    return await question;
  } catch (error) {
    return failed(failure('INTERNAL', error instanceof Error ? error.message : 'anchoring failed'));
  }
}
