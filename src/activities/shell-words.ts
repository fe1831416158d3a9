/** `bare` signs that would make the shell do more than run one program. */
const MEANS_MORE = /[;|&<>()`$\n\r]/;

/**
 * The words of a command line as a POSIX shell would split them, when it is one plain command; null when the shell would
 * do more than that (expansions, pipes, lists), or a quote is not closed. Patterns (`*`) stay as they are written.
 */
export function shellWords(line: string): readonly string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  for (let at = 0; at < line.length; ) {
    const sign = line[at] ?? '';
    if (sign === ' ' || sign === '\t') {
      if (word !== null) words.push(word);
      word = null;
      at += 1;
      continue;
    }
    const piece = pieceAt(line, at);
    if (piece === null) return null;
    word = (word ?? '') + piece.text;
    at = piece.next;
  }
  return word === null ? words : [...words, word];
}

interface Piece {
  readonly text: string;
  readonly next: number;
}

function pieceAt(line: string, at: number): Piece | null {
  const sign = line[at] ?? '';
  if (sign === "'") return singleQuoted(line, at);
  if (sign === '"') return doubleQuoted(line, at);
  if (sign === '\\') {
    const escaped = line[at + 1];
    return escaped === undefined || escaped === '\n' ? null : { text: escaped, next: at + 2 };
  }
  return MEANS_MORE.test(sign) ? null : { text: sign, next: at + 1 };
}

function singleQuoted(line: string, at: number): Piece | null {
  const end = line.indexOf("'", at + 1);
  return end < 0 ? null : { text: line.slice(at + 1, end), next: end + 1 };
}

function doubleQuoted(line: string, start: number): Piece | null {
  let text = '';
  for (let at = start + 1; at < line.length; at += 1) {
    const sign = line[at] ?? '';
    if (sign === '"') return { text, next: at + 1 };
    if (sign === '$' || sign === '`') return null;
    const escaped = line[at + 1] ?? '';
    if (sign === '\\' && '$`"\\'.includes(escaped) && escaped !== '') {
      text += escaped;
      at += 1;
    } else text += sign;
  }
  return null;
}
