import { activityLine } from '#/domain/activity.js';
import { done, type Outcome } from '#/domain/outcome.js';
import { clampSize, type TerminalSize } from '#/domain/session.js';
import { NO_TERMINAL, type TapeEvent } from '#/domain/tape.js';
import type { TextLine } from '#/domain/tape-text.js';
import { readScreen } from '#/terminal/reading.js';
import { steadyTerminal } from '#/terminal/steady-terminal.js';
import type { TapeReader } from './tape-reader.js';

/** So much is given to the model at once, before the rest of the world gets its turn. */
const CHUNK = 64 * 1024;

/** The lines of a tape that has no text of its own, played for them, segment by segment; the same that a session host would have read. */
export async function* readLines(reader: TapeReader): AsyncGenerator<Outcome<readonly TextLine[]>> {
  const { header, index } = reader;
  const steady = steadyTerminal(clampSize(header.columns, header.rows));
  if (header.term === NO_TERMINAL) steady.terminal.options.convertEol = true;
  let lines: TextLine[] = [];
  const reading = readScreen(steady.terminal, (more) => lines.push(...more));
  try {
    for (let number = 0; number < index.segments.length; number += 1) {
      const events = await reader.events(number);
      if (!events.ok) {
        yield events;
        return;
      }
      for (const event of events.value) await take(event);
      if (lines.length > 0) yield done(lines);
      lines = [];
    }
    reading.flush();
    if (lines.length > 0) yield done(lines);
  } finally {
    steady.terminal.dispose();
  }

  async function take(event: TapeEvent): Promise<void> {
    const { at } = event;
    if (event.kind === 'output') await write(event.bytes, at);
    else if (event.kind === 'resize') await resize(event);
    else if (event.kind === 'marker') lines.push({ at, kind: 'marker', text: event.label });
    else if (event.kind === 'activity') {
      const { activity } = event;
      lines.push(
        activity.kind === 'command'
          ? { at, kind: 'command', text: activity.text }
          : { at, kind: 'activity', text: activityLine(activity) },
      );
    }
  }
  /** They cost time, and may come by the thousand: the rest of the world gets its turn. */
  async function resize({ columns, rows }: TerminalSize): Promise<void> {
    steady.resize(clampSize(columns, rows));
    await new Promise((resolve) => setImmediate(resolve));
  }
  async function write(bytes: Buffer, at: number): Promise<void> {
    reading.before(at);
    for (let from = 0; from < bytes.length; from += CHUNK)
      await new Promise<void>((resolve) => steady.write(bytes.subarray(from, from + CHUNK), resolve));
  }
}
