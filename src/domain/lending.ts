/** What the client of a person can lend to the target for as long as a session runs: `ssh -A`. */
export const LENDABLE = ['agent'] as const;
export type Lendable = (typeof LENDABLE)[number];

/** What the target connects back to: something lent, or through what it listens at (`ssh -R`). */
export const RETURNS = [...LENDABLE, 'tcp'] as const;
export type ReturnKind = (typeof RETURNS)[number];

/** What of it that was asked for a session has, and what policy withholds from it. */
export interface Lent {
  readonly lent: readonly Lendable[];
  readonly withheld: readonly Lendable[];
}
