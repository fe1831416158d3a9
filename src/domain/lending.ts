/** What the client of a person can lend to the target for as long as a session runs: `ssh -A`, `ssh -X`. */
export const LENDABLE = ['agent', 'x11'] as const;
export type Lendable = (typeof LENDABLE)[number];

/** What the target connects back to: something lent, or through what it listens at (`ssh -R`). */
export const RETURNS = [...LENDABLE, 'tcp'] as const;
export type ReturnKind = (typeof RETURNS)[number];

/** The highest number of an X server's screen that OpenSSH knows. */
export const LAST_SCREEN = 400;

/** What of it that was asked for a session has, and what is withheld from it. */
export interface Lent {
  readonly lent: readonly Lendable[];
  readonly withheld: readonly Withheld[];
}

/**
 * `setting`: policy does not allow it. `four-eyes`: nobody could watch what goes over it. `isolation`: only in a box is it the
 * person's, and nobody else's, that the client finds.
 */
export type Withheld =
  | { readonly what: 'agent'; readonly why: 'setting' }
  | { readonly what: 'x11'; readonly why: 'setting' | 'four-eyes' | 'isolation' };
