import { StringDecoder } from 'node:string_decoder';
import type { TextLine } from '#/domain/tape-text.js';

/** Output without a terminal, as lines that can be searched. */
export interface PlainText {
  take(bytes: Buffer, at: number): readonly TextLine[];
  end(at: number): readonly TextLine[];
}

/** A line that does not end is cut. */
const LONGEST = 4096;

export function readPlain(): PlainText {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const lines = (texts: readonly string[], at: number): readonly TextLine[] =>
    texts
      .map((text) => ({ at, kind: 'screen' as const, text: text.replaceAll('\r', '').trimEnd() }))
      .filter(({ text }) => text !== '');
  return {
    take(bytes, at) {
      const parts = (rest + decoder.write(bytes)).split('\n');
      rest = parts.pop() ?? '';
      while (rest.length > LONGEST) {
        parts.push(rest.slice(0, LONGEST));
        rest = rest.slice(LONGEST);
      }
      return lines(parts, at);
    },
    end(at) {
      const last = rest + decoder.end();
      rest = '';
      return lines([last], at);
    },
  };
}
