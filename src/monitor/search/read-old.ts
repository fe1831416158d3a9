import { encodeTextLine } from '#/domain/tape-text.js';
import { openTapeFile } from '#/recorder/tape-file.js';
import { readLines } from '../read-lines.js';
import { indexTape } from '../tape-index.js';
import { readTape } from '../tape-reader.js';

/** The text of a tape that has none of its own, from its events: slower, because the terminal is played for it. `key` is wiped. */
export async function* readOldText(path: string, key: Buffer): AsyncGenerator<Buffer | null> {
  const opened = await openTapeFile(path);
  if (opened.kind !== 'file') {
    yield null;
    return;
  }
  const index = await indexTape(opened.handle);
  if (!index.ok) {
    await opened.handle.close();
    yield null;
    return;
  }
  const reader = await readTape(opened.handle, index.value, key);
  try {
    for await (const lines of readLines(reader)) {
      yield lines.ok ? Buffer.from(lines.value.map(encodeTextLine).join(''), 'utf8') : null;
      if (!lines.ok) return;
    }
  } finally {
    await reader.close();
  }
}
