import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { MOST_KEYS } from '../change-factors.js';
import type { SignIn } from '../directory/sign-in.js';
import { type Person, withPerson } from '../persons.js';
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
      return await withPerson<'person.key.add'>(vault, { ticket, asking }, async (person) => {
        const { user, records } = person;
        if (user.publicKeys.some((one) => one.fingerprint === read.key.fingerprint))
          return failed(failure('ALREADY_EXISTS', `Key ${read.key.fingerprint}`));
        if (user.publicKeys.length >= MOST_KEYS)
          return failed(failure('BAD_INPUT', `you have ${MOST_KEYS} keys: remove one first`));
        await records.people.addKey(user.id, read.key);
        await note(vault, person, `own key added: ${read.key.fingerprint}`);
        return done({ value: keyRow(read.key) });
      });
    },
    'person.key.remove': ({ ticket, fingerprint }, asking) =>
      withPerson<'person.key.remove'>(vault, { ticket, asking }, async (person) => {
        if (!(await person.records.people.removeKey(person.user.id, fingerprint)))
          return failed(failure('NOT_FOUND', `Key ${fingerprint}`));
        await note(vault, person, `own key removed: ${fingerprint}`);
        return done({ value: null });
      }),
  };
}

async function note(vault: Vault, { records, about, user }: Person, detail: string): Promise<void> {
  await vault.journal.append(records.audit, {
    ...about,
    action: 'userChanged',
    outcome: 'ok',
    target: user.name,
    detail,
  });
}
