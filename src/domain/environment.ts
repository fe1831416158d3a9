/** Variables of a person's client that go on to the target. */
export type Environment = Readonly<Record<string, string>>;

/** Characters of a value, and variables, that a client may send: a reason for a session is a sentence. */
export const LONGEST_VALUE = 1024;
export const MOST_VARIABLES = 32;

/** LANG and LC_*, nothing else: what else a client sends could change what a program on the target does. */
export function mayBeSet(name: string, value: string): boolean {
  return /^(LANG|LC_[A-Z_]{1,40})$/.test(name) && value.length <= LONGEST_VALUE;
}

/** What of it the target gets: not what is meant for us, and nothing that could end a line. */
export function forTarget(variables: Iterable<readonly [string, string]>): Environment {
  const kept = [...variables].filter(
    ([name, value]) => mayBeSet(name, value) && !name.startsWith('LC_POSTERN_') && !/\p{Cc}/u.test(value),
  );
  return Object.fromEntries(kept.slice(0, MOST_VARIABLES));
}
