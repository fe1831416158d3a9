import { UNFINISHED } from './export-cast.js';
import { readEvents } from './read-events.js';
import type { TapeReader } from './tape-reader.js';
import { createTranscript } from './transcript.js';

/** What stood on the screen, as plain lines, in parts. */
export async function* exportText(reader: TapeReader, unfinished = false): AsyncGenerator<string> {
  const transcript = createTranscript(reader.header);
  for await (const events of readEvents(reader)) yield await transcript.take(events);
  yield transcript.end();
  if (unfinished) yield `[${UNFINISHED}]\n`;
}
