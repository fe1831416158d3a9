import { oneLine } from './failure.js';

/** Characters of a reason that are kept. */
export const LONGEST_REASON = 200;
/** The variable that a client may send it in. */
export const REASON_VARIABLE = 'LC_POSTERN_REASON';

/** A reason as it is kept and shown: one line, without controls, of bounded length. Null: none was given. */
export function cleanReason(text: string | null | undefined): string | null {
  const line = oneLine((text ?? '').trim(), LONGEST_REASON);
  return line === '' ? null : line;
}
