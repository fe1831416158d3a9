import type { Failure } from '#/domain/failure.js';
import type { TapeEvent } from '#/domain/tape.js';
import type { TapeReader } from './tape-reader.js';

/** A tape that turns out to be damaged while it is read. */
export class DamagedTape extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** All events, segment by segment. Throws DamagedTape. */
export async function* readEvents(reader: TapeReader): AsyncGenerator<readonly TapeEvent[]> {
  for (let segment = 0; segment < reader.index.segments.length; segment += 1) {
    const events = await reader.events(segment);
    if (!events.ok) throw new DamagedTape(events.failure);
    if (events.value.length > 0) yield events.value;
  }
}
