import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { addKey, removeKey } from '../change-factors.js';
import type { SignIn } from '../directory/sign-in.js';
import { withPerson } from '../persons.js';
import { keyRow } from '../rows.js';
import { proveAgain } from '../second-factor.js';
import type { Handlers, Vault } from '../vault.js';

type Names = 'person.keys' | 'person.key.add' | 'person.key.remove';

/** People's own SSH keys. Adding one opens another way in: who does it proves himself again. */
export function ownKeyCalls(vault: Vault, signIn: SignIn): Handlers<Names> {
  return {
    'person.keys': ({ ticket }, asking) =>
      withPerson<'person.keys'>(vault, { ticket, asking }, ({ user }) =>
        Promise.resolve(done({ value: user.publicKeys.map(keyRow) })),
      ),
    async 'person.key.add'({ ticket, key: line }, asking, proof) {
      const read = vault.authentication.readPublicKey(line);
      if (!read.ok) return failed(failure('BAD_INPUT', read.why));
      const proven = await proveAgain(vault, signIn, { ticket, asking }, proof);
      if (!proven.ok) return proven;
      return await withPerson<'person.key.add'>(
        vault,
        { ticket, asking },
        async (person) => await addKey(vault, person, person.user, line),
      );
    },
    'person.key.remove': ({ ticket, fingerprint }, asking) =>
      withPerson<'person.key.remove'>(
        vault,
        { ticket, asking },
        async (person) => await removeKey(vault, person, person.user, fingerprint),
      ),
  };
}
