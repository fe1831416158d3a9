import type { CallName } from '#/contract/calls.js';
import { addKey, removeKey, resetFactor } from '../change-factors.js';
import { managedUser } from '../managed-user.js';
import { withVaultRight } from '../person-rights.js';
import type { Handlers, Vault } from '../vault.js';

type Names = Extract<CallName, 'person.user.secondFactor.reset' | `person.user.key.${string}`>;

/**
 * By what else than a password others are known, as people manage it. A key lets in as a password does and takes the same
 * right; a second factor takes another one, so that who sets passwords cannot also get past it.
 */
export function personUserFactorCalls(vault: Vault): Handlers<Names> {
  return {
    'person.user.secondFactor.reset': (args, asking) =>
      withVaultRight(vault, 'person.user.secondFactor.reset', args, asking, async (person) => {
        const found = await managedUser(person, args.name);
        return found.ok ? await resetFactor(vault, person, found.value) : found;
      }),
    'person.user.key.add': (args, asking) =>
      withVaultRight(vault, 'person.user.key.add', args, asking, async (person) => {
        const found = await managedUser(person, args.name);
        return found.ok ? await addKey(vault, person, found.value, args.key) : found;
      }),
    'person.user.key.remove': (args, asking) =>
      withVaultRight(vault, 'person.user.key.remove', args, asking, async (person) => {
        const found = await managedUser(person, args.name);
        return found.ok ? await removeKey(vault, person, found.value, args.fingerprint) : found;
      }),
  };
}
