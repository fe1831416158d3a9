/** Kinds of targets that there are from the beginning. */
export const BUILT_IN_PLATFORMS = ['UnixSSH'] as const;
/** How sessions are made. 'LDAP' is a directory's bind user: `postern directory` makes it, and nobody can connect to it. */
export type PlatformBase = (typeof BUILT_IN_PLATFORMS)[number] | 'LDAP';

/** A kind of target with settings of its own, made as a copy of another. */
export interface Platform {
  readonly name: string;
  readonly base: PlatformBase;
}

/** Null: it can be the name of a platform; else why not, a phrase that follows "the name ". */
export function platformNameProblem(name: string): string | null {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
    return 'may have letters, digits, ".", "_" and "-", and begins with a letter or digit';
  if (name.length > 64) return 'is longer than 64 characters';
  return name.toLowerCase() === 'ldap' ? 'is the bind users of directories' : null;
}

/** As it is written; people need not mind upper and lower case. */
export function platformNamed<T extends { readonly name: string }>(
  platforms: readonly T[],
  typed: string,
): T | null {
  return platforms.find((one) => one.name.toLowerCase() === typed.trim().toLowerCase()) ?? null;
}
