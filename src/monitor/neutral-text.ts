/** Marks on one character beyond these are left out: nobody writes that, but to cover the lines above. */
const MOST_MARKS = 4;

/** Not drawn by a terminal, or drawn by moving others around: controls, formats (bidi), fillers, variation selectors, line separators. */
const UNDRAWN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
/** Half characters and those that do not exist. */
const NO_CHARACTER = /[\p{Cs}\p{Cn}]/gu;
const MARK = /\p{M}/u;

/** The text of one cell as it may be shown to anybody: printable, and never empty. `width`: 1 or 2 columns. */
export function neutralCell(chars: string, width: number): string {
  const drawn = chars.replace(UNDRAWN, '').replace(NO_CHARACTER, '\uFFFD');
  const [base = '', ...rest] = drawn;
  if (base === '' || MARK.test(base)) return ' '.repeat(width);
  const marks = rest
    .filter((one) => MARK.test(one))
    .slice(0, MOST_MARKS)
    .join('');
  return drawn.length === base.length ? base : base + marks;
}

/** A whole line of text, for transcripts. */
export function neutralLine(text: string): string {
  return text.replace(UNDRAWN, '').replace(NO_CHARACTER, '\uFFFD');
}
