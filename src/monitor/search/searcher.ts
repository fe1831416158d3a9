import { bytePattern } from './pattern.js';
import type { FromSearcher, ToSearcher, Wanted } from './protocol.js';
import { readGrowing } from './read-growing.js';
import { readOldText } from './read-old.js';
import { readText } from './read-text.js';
import { type FoundLine, inOrder, searchText } from './search-text.js';

/** Of one recording: more are found by opening it. */
const MOST_OF_ONE = 50;

/** Answers batches, one after the other, whatever is in the tapes. */
export function createSearcher(say: (message: FromSearcher) => void): (message: ToSearcher) => void {
  let pattern = bytePattern('');
  let queue = Promise.resolve();
  return (message) => {
    if (message.type === 'pattern') pattern = bytePattern(message.text);
    else queue = queue.then(() => search(message));
  };

  async function search({ batch, wanted, most }: Extract<ToSearcher, { type: 'search' }>): Promise<void> {
    let failed = 0;
    let left = most;
    for (const [place, one] of wanted.entries()) {
      const key = Buffer.from(one.key.buffer, one.key.byteOffset, one.key.byteLength);
      if (left > 0) {
        const lines = await searchOne(one, key, Math.min(left, MOST_OF_ONE)).catch(() => null);
        if (lines === null) failed += 1;
        else if (lines.length > 0) say({ type: 'found', batch, place, lines });
        left -= lines?.length ?? 0;
      }
      key.fill(0);
    }
    say({ type: 'done', batch, failed });
  }

  async function searchOne(
    { paths, recordingId, text }: Wanted,
    key: Buffer,
    most: number,
  ): Promise<readonly FoundLine[] | null> {
    const found: FoundLine[] = [];
    const [path = ''] = paths;
    const parts =
      text === null
        ? readOldText(path, key)
        : text === 'growing'
          ? readGrowing(paths, recordingId, key)
          : readText(path, recordingId, text, key);
    for await (const part of parts) {
      if (part === null) return found.length > 0 ? found : null;
      found.push(...searchText(part, pattern, most - found.length));
      if (found.length >= most) break;
    }
    return inOrder(found);
  }
}
