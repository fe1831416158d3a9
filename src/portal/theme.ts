/** What a person's terminal can show. Decided at the door from TERM, COLORTERM, NO_COLOR and the locale. */
export interface TerminalAbilities {
  readonly color: 'none' | '16' | '256';
  readonly unicode: boolean;
}

/** How a text looks, in Ink's words. Colours are named in this file and nowhere else. */
export interface Look {
  readonly color?: string;
  readonly backgroundColor?: string;
  readonly bold?: boolean;
  readonly dimColor?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly inverse?: boolean;
}

/** What a text means. The sixteen colours are the person's own palette: they fit any background he chose. */
const LOOKS = {
  plain: {},
  quiet: { dimColor: true },
  strong: { bold: true },
  title: { bold: true, color: 'cyan' },
  tab: { dimColor: true },
  tabHere: { bold: true, color: 'cyan' },
  selected: { inverse: true },
  matched: { bold: true, color: 'yellow' },
  typed: { bold: true },
  key: { bold: true },
  favourite: { color: 'yellow' },
  good: { color: 'green' },
  warning: { color: 'yellow' },
  bad: { color: 'red' },
  live: { color: 'red', bold: true },
  /** Light modules are the text: cameras want dark on light, whatever the person's background. */
  qr: { color: 'whiteBright', backgroundColor: 'black' },
} as const satisfies Record<string, Look>;
export type Token = keyof typeof LOOKS;

const SIGNS = {
  pointer: ['>', '>'],
  here: ['▸', '*'],
  done: ['✓', '+'],
  failed: ['✗', 'x'],
  waiting: ['·', '.'],
  favourite: ['★', '*'],
  blocked: ['✗', 'x'],
  live: ['●', 'o'],
  cut: ['!', '!'],
  between: ['·', '-'],
  rule: ['─', '-'],
  column: ['│', '|'],
  corner: ['┘', '+'],
  more: ['…', '~'],
  hidden: ['•', '*'],
  play: ['▶', '>'],
  pause: ['‖', '"'],
  stop: ['■', '#'],
  passed: ['━', '='],
  ahead: ['─', '-'],
  head: ['●', 'O'],
  marker: ['┿', '+'],
  up: ['↑', 'Up'],
  down: ['↓', 'Down'],
  left: ['←', 'Left'],
  right: ['→', 'Right'],
  longUp: ['▲', '^'],
  longDown: ['▼', 'v'],
} as const satisfies Record<string, readonly [string, string]>;
export type Sign = keyof typeof SIGNS;

export interface Theme {
  readonly color: TerminalAbilities['color'];
  readonly look: (token: Token) => Look;
  readonly sign: (sign: Sign) => string;
  /** A colour of a recorded screen: 0 to 255 of the palette, or '#rrggbb'. Undefined: the default, or none can be shown. */
  readonly picture: (color: number | string | undefined) => string | undefined;
}

export function makeTheme({ color, unicode }: TerminalAbilities): Theme {
  return {
    color,
    look: (token) => (color === 'none' ? {} : LOOKS[token]),
    sign: (sign) => SIGNS[sign][unicode ? 0 : 1],
    picture: (wanted) => pictureColor(wanted, color),
  };
}

const NAMED = [
  'black',
  'red',
  'green',
  'yellow',
  'blue',
  'magenta',
  'cyan',
  'white',
  'blackBright',
  'redBright',
  'greenBright',
  'yellowBright',
  'blueBright',
  'magentaBright',
  'cyanBright',
  'whiteBright',
];

function pictureColor(
  wanted: number | string | undefined,
  color: TerminalAbilities['color'],
): string | undefined {
  if (wanted === undefined || color === 'none') return undefined;
  const index = typeof wanted === 'number' ? wanted : nearest(wanted);
  if (index === null || !Number.isInteger(index) || index < 0 || index > 255) return undefined;
  if (index < 16) return NAMED[index];
  return color === '256' ? `ansi256(${index})` : NAMED[sixteen(index)];
}

/** A true colour in the 6x6x6 cube of the palette. */
function nearest(rgb: string): number | null {
  const parts = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(rgb);
  if (parts === null) return null;
  const [r = 0, g = 0, b = 0] = parts.slice(1).map((hex) => Math.round((Number.parseInt(hex, 16) / 255) * 5));
  return 16 + 36 * r + 6 * g + b;
}

/** A colour of the cube or of the greys as one of the sixteen. */
function sixteen(index: number): number {
  if (index >= 232) return index < 238 ? 8 : index < 248 ? 7 : 15;
  const cube = index - 16;
  const [r, g, b] = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6];
  const bright = Math.max(r, g, b) > 3 ? 8 : 0;
  if (r < 2 && g < 2 && b < 2) return 8;
  return bright + (r > 2 ? 1 : 0) + (g > 2 ? 2 : 0) + (b > 2 ? 4 : 0);
}
