import stringWidth, { type Options } from 'string-width';

/** One column each, alone and beside each other: letters of Latin, the signs of our screens, their frames. */
const NARROW =
  /^[\x20-\x7e\xa1-\xa8\xaa-\xac\xaf-\u02ff\u2013\u2014\u2016\u2022\u2026\u2190-\u2193\u2500-\u257f\u25a0\u25b2\u25b8\u25bc\u25cf\u2605\u2713\u2717]*$/;
const ESCAPE = '\u001b';
const COLOURS = new RegExp(`${ESCAPE}\\[[\\d;]*m`, 'g');

/**
 * Columns that a text takes on a terminal. Ink measures each line of a screen, and each character of it, whenever it draws
 * one: what is of one column a character is counted here, all else by string-width. The bundle gives Ink this in its place.
 */
export function measuredWidth(text: string, options?: Options): number {
  if (options === undefined) {
    const plain = text.includes(ESCAPE) ? text.replace(COLOURS, '') : text;
    if (NARROW.test(plain)) return plain.length;
  }
  return stringWidth(text, options);
}
