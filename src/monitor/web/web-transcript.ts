import type { WebTranscript } from '#/contract/web-page.js';
import type { Failure } from '#/domain/failure.js';
import type { TextLine } from '#/domain/tape-text.js';
import type { TapeTranscript } from '../tape-transcript.js';

/** Lines of one answer, and of all: more a page cannot show. */
const SLICE = 5000;
const MOST_LINES = 50_000;

/** The transcript that a terminal shows, for a page: each time what is new, or another than it was. */
export function webTranscript(
  transcript: Pick<TapeTranscript, 'lines' | 'whole' | 'read'>,
  failed: (why: Failure) => void,
): () => Promise<WebTranscript> {
  let sent: readonly TextLine[] = [];
  let begun: Promise<void> | null = null;
  const begin = (): Promise<void> =>
    new Promise((resolve, reject) => {
      transcript
        .read(resolve)
        .then((read) => (read.ok ? resolve() : failed(read.failure)))
        .catch(reject);
    });
  return async () => {
    begun ??= begin();
    await begun;
    const { whole } = transcript;
    const lines = transcript.lines.slice(0, MOST_LINES);
    const from = firstChange(sent, lines);
    const part = lines.slice(from, from + SLICE);
    sent = lines.slice(0, from + part.length);
    return {
      from,
      lines: part.map((line) => [line.at / 1000, textOf(line)] as const),
      done: whole && sent.length === lines.length,
    };
  };
}

/** What was not on the screen says what it is. */
function textOf({ kind, text }: TextLine): string {
  return kind === 'screen' ? text : `[${kind}: ${text}]`;
}

/** Recent lines come once more, and earlier ones may come late. */
function firstChange(before: readonly TextLine[], now: readonly TextLine[]): number {
  const at = before.findIndex((line, place) => {
    const other = now[place];
    return (
      other === undefined || other.at !== line.at || other.text !== line.text || other.kind !== line.kind
    );
  });
  return at === -1 ? before.length : at;
}
