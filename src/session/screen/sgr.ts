import type { Look } from './look.js';

const PALETTE_16 = 0x1000000;
const PALETTE_256 = 0x2000000;
const MODE = 0x3000000;

/** In the words of foreground and background, and what sets them. */
const FLAGS: readonly (readonly ['fg' | 'bg', number, string])[] = [
  ['fg', 0x8000000, '1'],
  ['bg', 0x8000000, '2'],
  ['bg', 0x4000000, '3'],
  ['fg', 0x20000000, '5'],
  ['fg', 0x4000000, '7'],
  ['fg', 0x40000000, '8'],
  ['fg', 0x80000000, '9'],
  ['bg', 0x40000000, '53'],
];
const PROTECTED = 0x20000000;

/** Everything about a look but underline and link. Protection (DECSCA) is reset by SGR 0, so it comes after. */
export function plainSgr(look: Pick<Look, 'fg' | 'bg'>): string {
  return `\x1b[${['0', ...parts(look)].join(';')}m${protection(look)}`;
}

/** The same without touching the underline that is set. */
export function withoutUnderline(look: Pick<Look, 'fg' | 'bg'>): string {
  return `\x1b[${['22;23;25;27;28;29;39;49;55', ...parts(look)].join(';')}m\x1b[0"q${protection(look)}`;
}

/** A look whose flags say what it is, whatever was before; the link aside. */
export function sgr(look: Look): string {
  const line = look.style === 0 ? [] : [look.style === 1 ? '4' : `4:${look.style}`];
  return `\x1b[${['0', ...parts(look), ...line, ...underlineColour(look.colour)].join(';')}m${protection(look)}`;
}

/** Only what an erased cell keeps: its background. */
export function background({ bg }: Pick<Look, 'bg'>): string {
  return `\x1b[${['0', ...colour(bg, 40)].join(';')}m`;
}

function parts(look: Pick<Look, 'fg' | 'bg'>): readonly string[] {
  const on = FLAGS.filter(([in_, flag]) => (look[in_] & flag) !== 0).map(([, , code]) => code);
  return [...on, ...colour(look.fg, 30), ...colour(look.bg, 40)];
}

function protection({ bg }: Pick<Look, 'bg'>): string {
  return (bg & PROTECTED) === 0 ? '' : '\x1b[1"q';
}

function colour(value: number, base: 30 | 40): readonly string[] {
  const [mode, index] = [value & MODE, value & 255];
  if (mode === 0) return [];
  if (mode === PALETTE_16) return [index < 8 ? `${base + index}` : `${base + 60 + index - 8}`];
  return [mode === PALETTE_256 ? `${base + 8};5;${index}` : `${base + 8};2;${bytes(value).join(';')}`];
}

function underlineColour(value: number): readonly string[] {
  const mode = value & MODE;
  if (mode === 0) return [];
  return [mode === MODE ? `58:2::${bytes(value).join(':')}` : `58:5:${value & 255}`];
}

function bytes(value: number): readonly number[] {
  return [(value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}
