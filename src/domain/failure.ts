import { FAILURES, type FailureCode, type FailureKind, type Side, type Stage } from './failures.js';

export type { FailureCode, Side, Stage } from './failures.js';

/** A failure as people and scripts get it. `message` and `next` are complete sentences, one line, without control characters. */
export interface Failure {
  readonly code: FailureCode;
  readonly side: Side;
  readonly stage: Stage | null;
  readonly message: string;
  readonly next: string;
}

/** Makes a failure from the table. `detail` must be fit for people; it is put on one line and cut at 300 characters. */
export function failure(
  code: FailureCode,
  detail = '',
  at?: { readonly stage?: Stage; readonly side?: Side },
): Failure {
  const kind: FailureKind = FAILURES[code];
  const shown = oneLine(detail);
  return {
    code,
    side: at?.side ?? kind.side,
    stage: at?.stage ?? kind.stage,
    message: sentence(kind.message.replace('{detail}', shown).replace(' ()', '')),
    next: kind.next.replace('{detail}', shown),
  };
}

/** What to do next follows it on the same line. */
function sentence(text: string): string {
  return /[\p{L}\p{N}'’")\]]$/u.test(text) ? `${text}.` : text;
}

/** Puts any text on one line for people and logs: control, format (bidi, zero-width) and line characters become '·'. */
export function oneLine(text: string, limit = 300): string {
  const flat = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '·');
  return flat.length > limit ? `${flat.slice(0, limit - 1)}…` : flat;
}

/** Exit codes of the CLI; documented in docs/errors.md. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  denied: 3,
  notFound: 4,
  unavailable: 5,
  integrity: 6,
} as const;
