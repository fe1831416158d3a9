import { join } from 'node:path';
import { agree, copyOn, openCopy } from './growing-copy.js';
import { openTapeFile } from './tape-file.js';
import { storedPath, tapeName } from './tape-path.js';

interface Options {
  readonly spool: string;
  readonly recordings: string;
}

/** What is in their safes of tapes whose sessions run, so that they can be followed and searched. */
export class RunningCopies {
  readonly #options: Options;
  readonly #safes = new Map<string, string>();
  /** Bytes of each copy, as far as this process has seen to it. */
  readonly #sizes = new Map<string, number>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Where the vault wants recordings kept. */
  learn(pending: readonly { readonly recordingId: string; readonly recordingSafe: string }[]): void {
    for (const { recordingId, recordingSafe } of pending) this.#safes.set(recordingId, recordingSafe);
  }

  knows(recordingId: string): boolean {
    return this.#safes.has(recordingId);
  }

  /** Its tape has `bytes` of header and whole segments. */
  isBehind(recordingId: string, bytes: number): boolean {
    return bytes > (this.#sizes.get(recordingId) ?? 0);
  }

  /** Brings the copy up to that many bytes. It is not flushed: until the end, the spool has all of it. */
  async grow(recordingId: string, bytes: number): Promise<void> {
    const safe = this.#safes.get(recordingId);
    const place = safe === undefined ? null : storedPath(this.#options.recordings, safe, recordingId);
    if (place === null) return;
    const source = await openTapeFile(join(this.#options.spool, tapeName(recordingId)));
    if (source.kind !== 'file') return;
    try {
      const copy = await openCopy(place);
      try {
        const from = this.#sizes.get(recordingId) ?? (await agree(source.handle, copy));
        if (from < bytes) await copyOn(source.handle, copy, from, bytes);
        this.#sizes.set(recordingId, Math.max(from, bytes));
      } finally {
        await copy.close();
      }
    } finally {
      await source.handle.close();
    }
  }

  forgetAllBut(recordingIds: readonly string[]): void {
    const kept = new Set(recordingIds);
    for (const known of [this.#safes, this.#sizes])
      for (const id of [...known.keys()]) if (!kept.has(id)) known.delete(id);
  }
}
