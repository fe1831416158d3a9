import type { KeyName } from './strokes.js';

const WORDS: Readonly<Record<string, string>> = {
  pageUp: 'PgUp',
  pageDown: 'PgDn',
  home: 'Home',
  end: 'End',
  enter: 'Enter',
  escape: 'Esc',
  tab: 'Tab',
  shiftTab: 'Shift-Tab',
  backspace: 'Backspace',
  delete: 'Del',
  up: 'Up',
  down: 'Down',
  left: 'Left',
  right: 'Right',
  "' ": 'Space',
};

/** A key as people call it: Enter, PgUp, Ctrl-F, n. */
export function keyWord(key: KeyName): string {
  if (key.startsWith('ctrl-')) return `Ctrl-${key.slice(5).toUpperCase()}`;
  return WORDS[key] ?? key.slice(1);
}
