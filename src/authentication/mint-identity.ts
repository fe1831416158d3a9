import type { Identity } from '#/domain/people.js';

/** The only place where an Identity comes into being. Call it after proof, never before. */
export function mintIdentity(
  proven: { readonly [K in 'userId' | 'user' | 'method' | 'rights' | 'groups' | 'from']: Identity[K] },
): Identity {
  return Object.freeze({ ...proven }) as Identity;
}
