/** What keys mean to a program on a terminal that it has set to its taste. */
export interface KeyModes {
  /** Cursor keys say ESC O instead of ESC [. */
  readonly application: boolean;
  /** A paste stands between marks. */
  readonly bracketedPaste: boolean;
}

const ESC = '\x1b';
const CURSOR_KEY = new RegExp(`${ESC}\\[([ABCDHF])`, 'g');
const PASTE_MARK = new RegExp(`${ESC}\\[20[01]~`, 'g');

/** The viewer's terminal is in our state, not in the session's: its keys are put into the words that the session's program expects. */
export function keysFor(bytes: Buffer, { application, bracketedPaste }: KeyModes): Buffer {
  let text = bytes.toString('latin1');
  if (application) text = text.replace(CURSOR_KEY, '\x1bO$1');
  if (!bracketedPaste) text = text.replace(PASTE_MARK, '');
  return Buffer.from(text, 'latin1');
}
