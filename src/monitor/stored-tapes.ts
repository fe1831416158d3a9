import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { recordingOf } from '#/recorder/tape-path.js';

/** `<recording safe>/<recording id>` of every file that has the name of a tape, one a line, in parts. */
export async function* storedTapes(recordings: string): AsyncGenerator<string> {
  for await (const safe of await opendir(recordings)) {
    if (!safe.isDirectory()) continue;
    let lines = '';
    for await (const { name } of await opendir(join(recordings, safe.name))) {
      const id = recordingOf(name);
      if (id === null) continue;
      lines += `${safe.name}/${id}\n`;
      if (lines.length > 64 * 1024) {
        yield lines;
        lines = '';
      }
    }
    yield lines;
  }
}
