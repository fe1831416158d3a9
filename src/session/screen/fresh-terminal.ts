/**
 * Brings the terminal of a person, whatever was on it, into the state of a fresh one: both screens without a saved cursor,
 * no modes, no link, whole scroll region, the usual tab stops, cleared. Not by a full reset, which would take its scrollback.
 */
export function freshTerminal(columns: number): string {
  const stops = Array.from({ length: Math.ceil(columns / 8) }, (_, i) => `\x1b[${i * 8 + 1}G\x1bH`);
  const tabs = columns === 0 ? '' : `\x1b[3g${stops.join('')}`;
  return CANCEL + '\x1b[0m\x1b]8;;\x1b\\' + ALTERNATE + SOFT + NORMAL + SOFT + MODES + tabs + '\x1b[H\x1b[2J';
}

/** An escape sequence that was only begun. */
const CANCEL = '\x18';
const ALTERNATE = '\x1b[?1047h';
const NORMAL = '\x1b[?1047l';
/** A soft reset (DECSTR) is of one screen: its margins and its saved cursor. Terminals differ in what else it resets. */
const SOFT = '\x1b[!p\x1b[r\x1b[0m\x1b(B\x1b)B\x1b*B\x1b+B\x0f\x1b[H\x1b7';
const MODES =
  '\x1b[?1;5;6;45;1004;2004;9;1000;1002;1003;1005;1006;1015;1016l\x1b[?7;25h\x1b[4;20l\x1b>\x1b[0 q';
