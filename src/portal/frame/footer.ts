import type { TerminalSize } from '#/domain/session.js';
import { keyWord } from '../key-words.js';
import type { Offer } from '../keyboard.js';
import { COMMANDS, type Command } from '../keys.js';
import type { Notice } from '../portal-state.js';
import type { KeyName } from '../strokes.js';
import { shown, wrap } from '../text.js';
import { EMPTY, fitLine, type Line, lineWidth, type Signs, span } from '../view.js';

/**
 * What the keys do now. Where not all of it has room, `^F` stands for `Ctrl-F`; what has none even so is left out from the
 * end, and stands in the help.
 */
export function footerLine(offers: readonly Offer[], columns: number, sign: Signs): Line {
  const whole = laidOut(offers, Infinity, (key) => keySign(key, sign));
  return lineWidth(whole) <= columns
    ? whole
    : laidOut(offers, columns, (key) => keySign(key, sign).replace(/^Ctrl-/, '^'));
}

function laidOut(offers: readonly Offer[], columns: number, keyText: (key: KeyName) => string): Line {
  let line: Line = [];
  for (const { name, brief } of offers) {
    const command: Command = COMMANDS[name];
    const next: Line = [
      span(lineWidth(line) === 0 ? ' ' : '  '),
      span(keyText(command.keys[0] ?? 'enter'), 'key'),
      span(` ${brief}`, 'quiet'),
    ];
    if (lineWidth(line) + lineWidth(next) > columns) continue;
    line = [...line, ...next];
  }
  return line;
}

function keySign(key: KeyName, sign: Signs): string {
  return key === 'left' || key === 'right' || key === 'up' || key === 'down' ? sign(key) : keyWord(key);
}

const TONES = { good: 'good', warning: 'warning', bad: 'bad', plain: 'strong' } as const;

/** So much of a long reason is shown; a small window keeps its rows for the list. */
function mostNoticeLines(rows: number): number {
  return rows < 20 ? 1 : 3;
}

/** One line at least, so that the screen above does not jump when a notice comes; more where its text needs them. */
export function noticeLines(
  notice: Notice | null,
  { columns, rows }: TerminalSize,
  sign: Signs,
): readonly Line[] {
  if (notice === null) return [EMPTY];
  const mark = notice.tone === 'good' ? sign('done') : notice.tone === 'plain' ? sign('between') : '!';
  const most = mostNoticeLines(rows);
  const wrapped = wrap(shown(notice.text), columns - 3);
  const texts =
    wrapped.length > most ? [...wrapped.slice(0, most - 1), wrapped.slice(most - 1).join(' ')] : wrapped;
  return texts.map((text, row) => {
    const line = [span(`${row === 0 ? ` ${mark} ` : '   '}${text}`, TONES[notice.tone])];
    return lineWidth(line) > columns ? fitLine(line, columns, sign('more')) : line;
  });
}
