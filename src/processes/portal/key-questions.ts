import type { KeyQuestions } from '#/door/ssh-authentication.js';
import type { VaultLink } from '../shared/vault-link.js';

/** While the vault is away an agent full of keys must not keep a person from the screen that says so. Milliseconds. */
const PATIENCE = 300;

/** Whether a key is registered, and who its signature proves, as the vault sees it. No answer is a no. */
export function keyQuestions(vault: VaultLink): KeyQuestions {
  return {
    async keyKnown(user, key, from) {
      const answer = await vault.ask('person.keyKnown', { user, key, from }, undefined, PATIENCE);
      return answer.ok && answer.value.value;
    },
    async loginByKey({ user, key, algorithm, proof }, from) {
      const answer = await vault.ask('person.loginByKey', { user, key, algorithm, from, via: 'ssh' }, proof);
      return answer.ok ? answer.value.value : null;
    },
  };
}
