import type { Delimiters } from '#/domain/destination.js';
import { done } from '#/domain/outcome.js';
import type { DoorQuestions } from '#/door/ssh-authentication.js';
import type { TypedUser } from '#/door/ssh-direct-login.js';
import type { VaultLink } from '../shared/vault-link.js';
import { findDestination } from './find-destination.js';

/** While the vault is away an agent full of keys must not keep a person from the screen that says so. Milliseconds. */
const PATIENCE = 300;

/** Who a key, a password or a code proves, as the vault sees it. About keys no answer is a no. */
export function doorQuestions(vault: VaultLink, delimiters: Delimiters): DoorQuestions {
  return {
    async keyKnown({ user, readings }, key, from) {
      const args = { ...typed({ user, readings }), key, from };
      const answer = await vault.ask('person.keyKnown', args, undefined, PATIENCE);
      return answer.ok && answer.value.value;
    },
    async loginByKey({ user, readings, key, algorithm, proof }, from) {
      const args = { ...typed({ user, readings }), key, algorithm, from, via: 'ssh' as const };
      const answer = await vault.ask('person.loginByKey', args, proof);
      return answer.ok ? answer.value.value : null;
    },
    async logIn({ user, readings }, password, from) {
      const args = { ...typed({ user, readings }), from, via: 'ssh' as const };
      const answer = await vault.ask('person.login', args, password);
      return answer.ok ? done(answer.value.value) : answer;
    },
    async reasonNeeded(ticket, target) {
      const found = await findDestination(vault, ticket, target, delimiters);
      return found.ok && found.value.kind === 'account' && found.value.account.reasonRequired;
    },
    async verifyCode(ticket, code) {
      const answer = await vault.ask('person.secondFactor.verify', { ticket }, code);
      return answer.ok ? done(answer.value.value) : answer;
    },
  };
}

/** A name with one reading needs no others. */
function typed({ user, readings }: TypedUser): { user: string; readings?: string[] } {
  return readings.length > 1 ? { user, readings: [...readings] } : { user };
}
