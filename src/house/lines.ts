import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Characters of a line that are kept; the rest of it is left out, or whoever prints without an end would fill our memory. */
export const LONGEST_LINE = 64 * 1024;

/** Gives each line that a stream says, and what it said last without a line end. */
export function followLines(stream: Readable, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let waiting = '';
  const take = (text: string): void => {
    const [first = '', ...more] = text.split(/\r?\n/);
    waiting += first.slice(0, LONGEST_LINE - waiting.length);
    for (const next of more) {
      onLine(waiting);
      waiting = next.slice(0, LONGEST_LINE);
    }
  };
  stream.on('data', (bytes: Buffer) => take(decoder.write(bytes)));
  stream.on('error', () => undefined);
  stream.once('end', () => {
    if (waiting !== '') onLine(waiting);
  });
}
