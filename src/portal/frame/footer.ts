import { COMMANDS, type Command, type CommandName, keyWord } from '../keys.js';
import type { Notice } from '../portal-state.js';
import type { KeyName } from '../strokes.js';
import { shown, width } from '../text.js';
import { EMPTY, fitLine, type Line, lineWidth, type Signs, span } from '../view.js';

/** What the keys do now; what has no room is left out from the end, and stands in the help. */
export function footerLine(commands: readonly CommandName[], columns: number, sign: Signs): Line {
  let line: Line = [];
  for (const name of commands) {
    const command: Command = COMMANDS[name];
    const next: Line = [
      span(lineWidth(line) === 0 ? ' ' : '  '),
      span(keySign(command.keys[0] ?? 'enter', sign), 'key'),
      span(` ${command.brief ?? ''}`, 'quiet'),
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

export function noticeLine(notice: Notice | null, columns: number, sign: Signs): Line {
  if (notice === null) return EMPTY;
  const mark = notice.tone === 'good' ? sign('done') : notice.tone === 'plain' ? sign('between') : '!';
  const line = [span(` ${mark} ${shown(notice.text)}`, TONES[notice.tone])];
  return width(notice.text) + 3 > columns ? fitLine(line, columns, sign('more')) : line;
}
