import type { Attributes } from '#/terminal/internals.js';

/** How a character looks, or the next one will: what the two words of flags and colours say, and what does not fit into them. */
export interface Look {
  readonly fg: number;
  readonly bg: number;
  /** Of the underline: its kind, and its colour as such a word. */
  readonly style: number;
  readonly colour: number;
  /** 0: none. */
  readonly link: number;
}

const COLOUR_MODE = 0x3000000;
const RGB = 0x3000000;
const PALETTE = 0xff;
export const COLOUR = 0x3ffffff;
/** In the word of the background: there is more about the underline. */
const EXTENDED = 0x10000000;
/** In the word of the foreground. */
const UNDERLINE = 0x10000000;

export const PLAIN: Look = { fg: 0, bg: 0, style: 0, colour: 0, link: 0 };

/** A cell without the flag may still carry what another one left there. */
export function lookOfCell(cell: Attributes): Look {
  return hasMore(cell) ? penOf(cell) : { ...PLAIN, fg: word(cell.fg), bg: word(cell.bg) };
}

/** What the next character will look like; what it keeps about underlines counts even when nothing is underlined. */
export function penOf({ fg, bg, extended }: Attributes): Look {
  return {
    fg: word(fg),
    bg: word(bg),
    style: (extended._ext >>> 26) & 7,
    colour: word(extended._ext & COLOUR),
    link: extended.urlId,
  };
}

/** Without what is left of a colour that came before, and counts no more. */
export function word(value: number): number {
  const mode = value & COLOUR_MODE;
  if (mode === RGB) return value >>> 0;
  return (value & ~(COLOUR & ~COLOUR_MODE & ~(mode === 0 ? 0 : PALETTE))) >>> 0;
}

export function isUnderlined({ fg }: Pick<Look, 'fg'>): boolean {
  return (fg & UNDERLINE) !== 0;
}

export function hasMore({ bg }: Pick<Look, 'bg'>): boolean {
  return (bg & EXTENDED) !== 0;
}

/** The flags can be at odds with what they stand for: restoring a cursor brings back only the flags. */
export function isConsistent(look: Look): boolean {
  return isUnderlined(look) === (look.style !== 0) && hasMore(look) === (look.style !== 0 || look.link !== 0);
}

/** An erased cell keeps its background only. */
export function isBackground({ fg, bg }: Look): boolean {
  return fg === 0 && (bg & ~COLOUR) === 0;
}

export function sameLook(one: Look, other: Look): boolean {
  return (
    one.fg === other.fg &&
    one.bg === other.bg &&
    one.style === other.style &&
    one.colour === other.colour &&
    one.link === other.link
  );
}
