/**
 * Back from the alternate screen, if the terminal is on it. Leaving it puts the cursor where it was on entering, on the
 * normal screen too: it is entered first, or the next line would be written over what the session showed.
 */
const LEAVE_ALTERNATE = '\x1b[?1049h\x1b[?1049l';

/**
 * What a session may have left switched on, switched off again: the screens that follow, and the person's shell after
 * them, get the terminal as it was. In order: attributes, character set, alternate screen, scroll region and origin with
 * the cursor kept, cursor and keypad keys, wrap, mouse in all its forms, focus, paste, modified keys, kitty keys, cursor.
 */
export const RESTORE_TERMINAL = [
  '\x1b[0m',
  '\x1b(B',
  '\x0f',
  LEAVE_ALTERNATE,
  '\x1b7',
  '\x1b[r',
  '\x1b[?6l',
  '\x1b8',
  '\x1b[?1l',
  '\x1b>',
  '\x1b[?7h',
  '\x1b[4l',
  '\x1b[?9l',
  '\x1b[?1000l',
  '\x1b[?1002l',
  '\x1b[?1003l',
  '\x1b[?1005l',
  '\x1b[?1006l',
  '\x1b[?1015l',
  '\x1b[?1016l',
  '\x1b[?1004l',
  '\x1b[?2004l',
  '\x1b[?2026l',
  '\x1b[>4m',
  '\x1b[=0u',
  '\x1b[?25h',
].join('');

/**
 * To the beginning of a line, of the next one where something stands before the cursor: a session may break off behind a
 * prompt, and what is drawn next begins where the cursor is. As many blanks as reach the next line from anywhere but the first column.
 */
export function freshLine(columns: number): string {
  return `${' '.repeat(columns - 1)}\r`;
}
