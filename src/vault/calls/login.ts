import { sourceOf } from '#/authentication/source.js';
import { decodeSecretPayload } from '#/contract/secret-payload.js';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { stepAfterLogin } from '#/domain/second-factor.js';
import type { LoginQuestion } from '../authentication.js';
import { createKeyOffers } from '../directory/key-offers.js';
import type { SignIn } from '../directory/sign-in.js';
import { forgetFirstPassword } from '../first-password.js';
import { noteLogon, noteRefusal } from '../note-login.js';
import { askedBy, personRow, withPerson } from '../persons.js';
import type { Answer, Asking, Handlers, Vault } from '../vault.js';
import { whichUser } from '../which-user.js';

type Names =
  | 'person.login'
  | 'person.keyKnown'
  | 'person.loginByKey'
  | 'person.changePassword'
  | 'person.logout';

/** People log in, change their password, and leave. */
export function loginCalls(vault: Vault, signIn: SignIn): Handlers<Names> {
  const inDirectory = createKeyOffers(vault);
  return {
    async 'person.login'({ method, from, via, ...typed }, asking, password) {
      const { user, reading } = await whichUser(vault, typed);
      const evidence = { kind: 'password', password } as const;
      return read(
        reading,
        await logIn(vault, signIn, { user, method, from: sourceOf(from, via), evidence }, asking),
      );
    },
    async 'person.keyKnown'({ key, from, ...typed }) {
      const { user: name } = await whoseKey(vault, typed);
      const user = await vault.store.transaction((records) => records.people.userByName(name));
      const known = user !== null && vault.authentication.knowsKey(user, key, from);
      return done({ value: known || (await inDirectory({ user: name, key, from })) });
    },
    async 'person.loginByKey'({ from, via, key, algorithm, ...typed }, asking, blob) {
      const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0;
      if (length === 0 || length > blob.length - 4)
        return failed(failure('BAD_INPUT', 'the signature is missing'));
      const evidence = {
        kind: 'key',
        key,
        algorithm,
        signed: blob.subarray(4, 4 + length),
        signature: blob.subarray(4 + length),
        signedUser: typed.user,
      } as const;
      const { user, reading } = await whoseKey(vault, typed);
      const answer = await logIn(vault, signIn, { user, from: sourceOf(from, via), evidence }, asking);
      return read(typed.readings === undefined ? null : reading, answer);
    },
    'person.changePassword': (args, asking, blob) => changePassword(vault, args.ticket, asking, blob),
    'person.logout': ({ ticket }, asking) =>
      withPerson<'person.logout'>(
        vault,
        { ticket, asking, evenMustChange: true, evenBefore: ['code', 'enrol'] },
        async ({ records, about }) => {
          await vault.journal.append(records.audit, { ...about, action: 'logoff', outcome: 'ok' });
          await vault.tickets.drop(records, ticket);
          return done({ value: null });
        },
      ),
  };
}

/** A key comes without a method: a name alone may be one of the preset directory, as on the login screen. */
function whoseKey(
  vault: Vault,
  { user, readings }: { readonly user: string; readonly readings?: readonly string[] | undefined },
): ReturnType<typeof whichUser> {
  return whichUser(vault, { user, readings: readings ?? [user] });
}

function read(reading: number | null, answer: Answer<'person.login'>): Answer<'person.login'> {
  return answer.ok && reading !== null
    ? done({ ...answer.value, value: { ...answer.value.value, reading } })
    : answer;
}

async function logIn(
  vault: Vault,
  signIn: SignIn,
  question: LoginQuestion,
  asking: Asking,
): Promise<Answer<'person.login'>> {
  const answer = await signIn(question);
  const { from } = question;
  return await vault.store.transaction(async (records) => {
    if (answer.kind === 'refused') {
      await noteRefusal(vault, records, { from, user: answer.user ?? question.user }, answer);
      return failed(answer.failure);
    }
    const { identity, how, mustChange } = answer;
    const user = await records.people.user(identity.userId);
    if (user === null) return failed(failure('LOGIN_REFUSED'));
    const secondFactor = stepAfterLogin(user.secondFactor.policy, user.secondFactor.enrolled);
    if (secondFactor === 'done') await noteLogon(vault, records, user, { from, how });
    else
      await vault.journal.append(records.audit, {
        gateway: 'PVWAGW',
        from,
        action: 'firstFactorAccepted',
        outcome: 'ok',
        actor: user.name,
        detail: `${how}; ${secondFactor === 'code' ? 'a code is asked' : 'must enrol a second factor'}`,
      });
    const ticket = await vault.tickets.issue(
      records,
      { userId: user.id, from, mustChange, secondFactor },
      asking.connection,
    );
    // the row says when he was here before, not that he is here now
    return done({ value: { ticket, person: personRow(user), mustChange, secondFactor } });
  });
}

async function changePassword(
  vault: Vault,
  name: string,
  asking: Asking,
  blob: Buffer,
): Promise<Answer<'person.changePassword'>> {
  const payload = decodeSecretPayload(blob);
  if (payload === null) return failed(failure('BAD_INPUT', 'the passwords are missing'));
  const { secret: fresh, passphrase: old } = payload;
  const asked = await askedBy(vault, { ticket: name, asking, evenMustChange: true });
  if (!asked.ok) return asked;
  const who = { user: asked.value.user.name, from: asked.value.from };
  const { user } = who;
  const question: LoginQuestion = { ...who, evidence: { kind: 'password', password: old } };
  const proof = await vault.authentication.login(question);
  if (proof.kind === 'refused') {
    await vault.store.transaction((records) => noteRefusal(vault, records, question, proof));
    // he is logged in: who he is needs no hiding from him
    return failed(proof.failure.code === 'LOGIN_REFUSED' ? failure('PASSWORD_WRONG') : proof.failure);
  }
  const check = fresh.equals(old)
    ? { ok: false as const, why: 'it is the old one.' }
    : vault.authentication.checkNewPassword(fresh, user);
  if (!check.ok) return failed(failure('PASSWORD_TOO_WEAK', check.why));
  const passwordHash = await vault.authentication.hash(fresh);
  const changed = await withPerson<'person.changePassword'>(
    vault,
    { ticket: name, asking, evenMustChange: true },
    async ({ records, about, user: { id } }) => {
      await records.people.changeUser(id, { passwordHash, mustChangePassword: false });
      await vault.journal.append(records.audit, {
        ...about,
        action: 'userChanged',
        outcome: 'ok',
        target: user,
        detail: 'changed the own password',
      });
      await vault.tickets.dropUser(records, id, name);
      return done({ value: null });
    },
  );
  if (changed.ok) await forgetFirstPassword(vault, user);
  return changed;
}
