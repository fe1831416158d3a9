import type { TerminalAbilities } from '#/portal/theme.js';

/** What a terminal can show, from what its client says about it. Terminfo would know more, and needs a file a terminal. */
export function abilitiesOf(term: string, lang: string): TerminalAbilities {
  return { color: colorOf(term), unicode: lang === '' ? !PLAIN.test(term) : /utf-?8/i.test(lang) };
}

const MANY = /256|direct|truecolor|kitty|alacritty|foot|wezterm|ghostty|iterm|contour/i;
/** Many clients send no LANG; these terminals cannot be trusted to know UTF-8 without it. */
const PLAIN = /^(dumb|unknown|linux|vt\d+.*)$/i;
const NONE = /^(dumb|unknown|vt[1-4]\d\d|.*-(m|mono))$/i;

function colorOf(term: string): TerminalAbilities['color'] {
  if (NONE.test(term)) return 'none';
  return MANY.test(term) ? '256' : '16';
}
