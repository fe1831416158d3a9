import { sourceOf } from '#/authentication/source.js';
import { decodeSecretPayload } from '#/contract/secret-payload.js';
import { failure, oneLine } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import type { LoginAnswer, LoginQuestion } from '../authentication.js';
import { personRow, withPerson } from '../persons.js';
import type { Records } from '../records/records.js';
import type { Answer, Asking, Handlers, Vault } from '../vault.js';

type Names =
  | 'person.login'
  | 'person.keyKnown'
  | 'person.loginByKey'
  | 'person.changePassword'
  | 'person.logout';

/** People log in, change their password, and leave. */
export function loginCalls(vault: Vault): Handlers<Names> {
  return {
    'person.login': ({ user, from, via }, asking, password) =>
      logIn(vault, { user, from: sourceOf(from, via), evidence: { kind: 'password', password } }, asking),
    async 'person.keyKnown'({ user: name, key }) {
      const user = await vault.store.transaction((records) => records.people.userByName(name));
      const known =
        user !== null &&
        vault.authentication.barred(user) === null &&
        user.publicKeys.some((one) => one.base64 === key);
      return done({ value: known });
    },
    async 'person.loginByKey'({ user, from, via, key, algorithm }, asking, blob) {
      const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0;
      if (length === 0 || length > blob.length - 4)
        return failed(failure('BAD_INPUT', 'the signature is missing'));
      const evidence = {
        kind: 'key',
        key,
        algorithm,
        signed: blob.subarray(4, 4 + length),
        signature: blob.subarray(4 + length),
      } as const;
      return await logIn(vault, { user, from: sourceOf(from, via), evidence }, asking);
    },
    'person.changePassword': (args, asking, blob) => changePassword(vault, args.ticket, asking, blob),
    'person.logout': ({ ticket }, asking) =>
      withPerson<'person.logout'>(
        vault,
        { ticket, asking, evenMustChange: true },
        async ({ records, about }) => {
          await vault.journal.append(records.audit, { ...about, action: 'logoff', outcome: 'ok' });
          await vault.tickets.drop(records, ticket);
          return done({ value: null });
        },
      ),
  };
}

async function logIn(vault: Vault, question: LoginQuestion, asking: Asking): Promise<Answer<'person.login'>> {
  const answer = await vault.authentication.login(question);
  const { from } = question;
  const about = { gateway: 'PVWAGW', from };
  return await vault.store.transaction(async (records) => {
    if (answer.kind === 'refused') {
      await noteRefusal(vault, records, question, answer);
      return failed(answer.failure);
    }
    const { identity, mustChange } = answer;
    const user = await records.people.user(identity.userId);
    if (user === null) return failed(failure('LOGIN_REFUSED'));
    await records.people.changeUser(user.id, { lastSuccess: { at: vault.now(), from } });
    await vault.journal.append(records.audit, {
      ...about,
      action: 'logon',
      outcome: 'ok',
      actor: user.name,
      detail: identity.method,
    });
    const ticket = await vault.tickets.issue(
      records,
      { userId: user.id, from, mustChange },
      asking.connection,
    );
    // the row says when he was here before, not that he is here now
    return done({ value: { ticket, person: personRow(user), mustChange } });
  });
}

async function noteRefusal(
  vault: Vault,
  records: Records,
  { user: name, from }: LoginQuestion,
  answer: Extract<LoginAnswer, { readonly kind: 'refused' }>,
): Promise<void> {
  const user = await records.people.userByName(name);
  if (user !== null) await records.people.changeUser(user.id, { lastFailure: { at: vault.now(), from } });
  await vault.journal.append(records.audit, {
    action: 'authenticationFailure',
    outcome: 'failure',
    // a name that nobody has may be a password typed in the wrong field
    actor: user?.name ?? '(unknown user)',
    gateway: 'PVWAGW',
    from,
    code: answer.failure.code,
    detail: oneLine(answer.reason),
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
  const who = await askedBy(vault, name, asking);
  if (who === null) return failed(failure('NOT_LOGGED_IN'));
  const { user } = who;
  const question: LoginQuestion = { ...who, evidence: { kind: 'password', password: old } };
  const proof = await vault.authentication.login(question);
  if (proof.kind === 'refused') {
    await vault.store.transaction((records) => noteRefusal(vault, records, question, proof));
    return failed(proof.failure);
  }
  const check = fresh.equals(old)
    ? { ok: false as const, why: 'it is the old one.' }
    : vault.authentication.checkNewPassword(fresh, user);
  if (!check.ok) return failed(failure('PASSWORD_TOO_WEAK', check.why));
  const passwordHash = await vault.authentication.hash(fresh);
  return await withPerson<'person.changePassword'>(
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
}

/** Name and address of whoever a ticket belongs to, before anything costly is done for him. */
async function askedBy(
  vault: Vault,
  ticket: string,
  { connection }: Asking,
): Promise<{ readonly user: string; readonly from: string } | null> {
  return await vault.store.transaction(async (records) => {
    const found = await vault.tickets.use(records, ticket, connection);
    const user = found === null ? null : await records.people.user(found.userId);
    return found === null || user === null ? null : { user: user.name, from: found.from };
  });
}
