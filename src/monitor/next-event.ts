import { done, type Outcome } from '#/domain/outcome.js';
import { SEGMENT } from '#/recorder/tape-format.js';
import type { TapeReader } from './tape-reader.js';

/** The moment of the next thing that was shown, or of the one before; null: there is none. */
export async function stepFrom(
  reader: TapeReader,
  at: number,
  direction: 'next' | 'previous',
): Promise<Outcome<number | null>> {
  const segments = reader.index.segments.filter(({ type }) => type === SEGMENT.events);
  const ordered = direction === 'next' ? segments : segments.toReversed();
  for (const { number, first, last } of ordered) {
    if (direction === 'next' ? last <= at : first >= at) continue;
    const events = await reader.events(number);
    if (!events.ok) return events;
    const times = events.value
      .filter(({ kind }) => kind === 'output' || kind === 'resize')
      .map((one) => one.at);
    const found = direction === 'next' ? times.find((one) => one > at) : times.findLast((one) => one < at);
    if (found !== undefined) return done(found);
  }
  return done(null);
}
