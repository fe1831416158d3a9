import { readdir } from 'node:fs/promises';
import { oneLine } from '#/domain/failure.js';
import { done, type Outcome } from '#/domain/outcome.js';
import { quarantine } from './quarantine.js';
import { RunningCopies } from './running-copies.js';
import { SpoolProgress } from './spool-progress.js';
import { type StoredTape, storeTape } from './store-tape.js';
import { safeHolding } from './stored-tapes.js';
import { recordingOf, tapeName } from './tape-path.js';

/** A tape that the vault knows and has not been told to be stored. */
export interface PendingTape {
  readonly recordingId: string;
  readonly recordingSafe: string;
  readonly live: boolean;
}

export interface SpoolOptions {
  readonly spool: string;
  readonly recordings: string;
  readonly pending: () => Promise<Outcome<readonly PendingTape[]>>;
  readonly stored: (tape: StoredTape) => Promise<Outcome<unknown>>;
  readonly log: (what: string, about: Readonly<Record<string, unknown>>) => void;
  /** Milliseconds, not of the day: only differences count. */
  readonly now: () => number;
}

/** Longer than a session host takes to come back to a vault that was restarted and knows of no session yet. */
const SURELY_DEAD_AFTER = 6000;

/** Tapes that are stored side by side: for the disk and for the vault they wait together. */
const AT_ONCE = 8;

/** One look at everything in the spool, and how many tapes are in it. Remembers what it saw, to notice what does not grow any more. */
export function spoolRound(options: SpoolOptions): () => Promise<number> {
  const round = new Round(options);
  return () => round.run();
}

class Round {
  readonly #options: SpoolOptions;
  readonly #progress: SpoolProgress;
  /** Since when the vault says of tapes without an end that nobody writes them. */
  readonly #dead = new Map<string, number>();
  readonly #copies: RunningCopies;
  #said = new Map<string, string>();

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#progress = new SpoolProgress(options.spool, options.now);
    this.#copies = new RunningCopies(options);
  }

  async run(): Promise<number> {
    const names = await readdir(this.#options.spool, { encoding: 'buffer', withFileTypes: true });
    const tapes: string[] = [];
    for (const { name } of names) {
      const recordingId = recordingOf(name.toString('latin1'));
      if (recordingId !== null) tapes.push(recordingId);
      else await this.#away(name, 'it has not the name of a tape');
    }
    this.#progress.forgetAllBut(tapes);
    this.#copies.forgetAllBut(tapes);
    await this.#takeOn(tapes);
    if (this.#said.size > names.length + 100) this.#said = new Map();
    return tapes.length;
  }

  /** What grew grows in its safe, too; what is finished is stored. */
  async #takeOn(tapes: readonly string[]): Promise<void> {
    const ripe: { readonly recordingId: string; readonly ended: boolean }[] = [];
    const grown: { readonly recordingId: string; readonly bytes: number }[] = [];
    for (const recordingId of tapes) {
      const { state, bytes } = await this.#progress.look(recordingId);
      if (state === 'foreign') await this.#away(Buffer.from(tapeName(recordingId)), 'it is not a tape');
      else if (state !== 'growing') ripe.push({ recordingId, ended: state === 'ended' });
      if (state !== 'foreign' && state !== 'ended' && this.#copies.isBehind(recordingId, bytes))
        grown.push({ recordingId, bytes });
    }
    if (ripe.length === 0 && grown.every(({ recordingId }) => this.#copies.knows(recordingId)))
      return await this.#grow(grown);
    const pending = await this.#options.pending();
    if (!pending.ok) return this.#say('', pending.failure.message);
    const known = new Map(pending.value.map((one) => [one.recordingId, one]));
    this.#copies.learn(pending.value);
    await this.#grow(grown);
    await someAtOnce(ripe, async ({ recordingId, ended }) => {
      const waiting = known.get(recordingId);
      if (!ended && !this.#surelyDead(recordingId, waiting?.live ?? false)) return;
      // one that cannot be stored keeps no other from its safe
      await this.#store(recordingId, waiting?.recordingSafe ?? null).catch((error: unknown) =>
        this.#say(recordingId, error instanceof Error ? error.message : 'it cannot be stored'),
      );
    });
  }

  async #grow(grown: readonly { readonly recordingId: string; readonly bytes: number }[]): Promise<void> {
    for (const { recordingId, bytes } of grown)
      await this.#copies
        .grow(recordingId, bytes)
        .catch((error: unknown) =>
          this.#say(recordingId, error instanceof Error ? error.message : 'its copy cannot grow'),
        );
  }

  #surelyDead(recordingId: string, live: boolean): boolean {
    if (live) this.#dead.delete(recordingId);
    else if (!this.#dead.has(recordingId)) this.#dead.set(recordingId, this.#options.now());
    const since = this.#dead.get(recordingId);
    return since !== undefined && this.#options.now() - since >= SURELY_DEAD_AFTER;
  }

  /** `safe` null: the vault does not wait for it. Then it is stored already, or never was one of its recordings. */
  async #store(recordingId: string, safe: string | null): Promise<void> {
    const recordingSafe = safe ?? (await safeHolding(this.#options.recordings, recordingId));
    if (recordingSafe === null)
      return this.#say(recordingId, 'the vault does not know this recording: it stays in the spool');
    const stored = safe === null ? () => Promise.resolve(done(null)) : this.#options.stored;
    const result = await storeTape({ ...this.#options, recordingId, recordingSafe, stored });
    this.#dead.delete(recordingId);
    if (result.kind === 'foreign') await this.#away(Buffer.from(tapeName(recordingId)), result.why);
    else if (result.kind === 'later') this.#say(recordingId, result.failure.message);
  }

  async #away(name: Buffer, why: string): Promise<void> {
    const moved = await quarantine(this.#options.spool, name);
    if (moved !== null) this.#say(name.toString('latin1'), `${why}; ${moved}`);
  }

  /** Once for the same thing, or the log would fill while nobody looks. */
  #say(name: string, why: string): void {
    if (this.#said.get(name) === why) return;
    this.#said.set(name, why);
    this.#options.log('in the spool', { name: oneLine(name), why: oneLine(why) });
  }
}

async function someAtOnce<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = all.values();
  const worker = async (): Promise<void> => {
    for (const one of left) await work(one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
