import { TOTP } from '#/authentication/totp.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { SignIn } from '../directory/sign-in.js';
import { noteLogon, noteRefusal } from '../note-login.js';
import { type Asker, askedBy, type Person, withPerson } from '../persons.js';
import {
  makeRecoveryCodes,
  placeOfFactor,
  proveAgain,
  stepOf,
  type TakenCode,
  takeCode,
} from '../second-factor.js';
import type { Answer, Asking, Handlers, Vault } from '../vault.js';

type Names =
  | 'person.secondFactor.verify'
  | 'person.secondFactor.state'
  | 'person.secondFactor.begin'
  | 'person.secondFactor.confirm'
  | 'person.secondFactor.remove';

/** What comes between a password or a key and the menu: a code, or enrolling; and what people do about it later. */
export function secondFactorCalls(vault: Vault, signIn: SignIn): Handlers<Names> {
  return {
    'person.secondFactor.verify': ({ ticket }, asking, code) => verify(vault, { ticket, asking }, code),
    'person.secondFactor.state': ({ ticket }, asking) =>
      withPerson<'person.secondFactor.state'>(vault, { ticket, asking }, ({ user }) =>
        Promise.resolve(done({ value: user.secondFactor })),
      ),
    'person.secondFactor.begin': ({ ticket }, asking, proof) =>
      begin(vault, signIn, { ticket, asking }, proof),
    'person.secondFactor.confirm': ({ ticket }, asking, code) => confirm(vault, { ticket, asking }, code),
    async 'person.secondFactor.remove'({ ticket }, asking, proof) {
      const proven = await proveAgain(vault, signIn, { ticket, asking }, proof);
      if (!proven.ok) return proven;
      return await withPerson<'person.secondFactor.remove'>(vault, { ticket, asking }, async (person) => {
        if (person.user.secondFactor.policy === 'required')
          return failed(failure('SECOND_FACTOR_POLICY', 'a second factor is required.'));
        await person.records.secondFactors.remove(person.user.id);
        await note(vault, person, 'removed by the person');
        return done({ value: null });
      });
    },
  };
}

interface At {
  readonly ticket: string;
  readonly asking: Asking;
}

async function verify(
  vault: Vault,
  { ticket, asking }: At,
  code: Buffer,
): Promise<Answer<'person.secondFactor.verify'>> {
  const asked = await askedBy(vault, { ticket, asking, evenBefore: ['code'] });
  if (!asked.ok) return asked;
  const taken: { by: TakenCode } = { by: null };
  const right = await countedTry(vault, asked.value, () =>
    vault.store.transaction(async (records) => {
      taken.by = await takeCode(vault, records, asked.value.user, code.toString('utf8'));
      return taken.by !== null;
    }),
  );
  if (!right.ok) return right;
  return await withPerson<'person.secondFactor.verify'>(
    vault,
    { ticket, asking, evenBefore: ['code'] },
    async (person) => {
      const { records, user } = person;
      const recovered = taken.by === 'recovery';
      if (recovered) await note(vault, person, 'a recovery code was used');
      if (person.ticket.secondFactor === 'code') {
        await vault.tickets.complete(records, ticket);
        await noteLogon(vault, records, user, {
          from: person.ticket.from,
          how: recovered ? 'recovery code' : 'second factor',
        });
      }
      return done({ value: { recoveryLeft: recovered ? user.secondFactor.recoveryLeft : null } });
    },
  );
}

async function begin(
  vault: Vault,
  signIn: SignIn,
  { ticket, asking }: At,
  proof: Buffer,
): Promise<Answer<'person.secondFactor.begin'>> {
  const asked = await askedBy(vault, { ticket, asking, evenBefore: ['enrol'] });
  if (!asked.ok) return asked;
  if (asked.value.step === 'done') {
    const proven = await proveAgain(vault, signIn, { ticket, asking }, proof);
    if (!proven.ok) return proven;
  }
  return await enrolling<'person.secondFactor.begin'>(vault, { ticket, asking }, async (person) => {
    const secret = vault.random(TOTP.secretBytes);
    const sealed = vault.keyring.sealValue(placeOfFactor(person.user.id), secret);
    if (!sealed.ok) return sealed;
    await person.records.secondFactors.putPending(person.user.id, sealed.value);
    await note(vault, person, 'enrolment begun');
    return done({ value: { issuer: vault.settings.branding, user: person.user.name }, blob: secret });
  });
}

async function confirm(
  vault: Vault,
  { ticket, asking }: At,
  code: Buffer,
): Promise<Answer<'person.secondFactor.confirm'>> {
  const asked = await askedBy(vault, { ticket, asking, evenBefore: ['enrol'] });
  if (!asked.ok) return asked;
  const { user } = asked.value;
  const matched: { step: number | null } = { step: null };
  const right = await countedTry(vault, asked.value, () =>
    vault.store.transaction(async ({ secondFactors }) => {
      const pending = await secondFactors.factor(user.id, 'pending');
      if (pending !== null) matched.step = stepOf(vault, user.id, pending, code.toString('utf8'));
      return matched.step !== null;
    }),
  );
  const { step } = matched;
  if (!right.ok || step === null) return right.ok ? failed(failure('CODE_REFUSED')) : right;
  return await enrolling<'person.secondFactor.confirm'>(vault, { ticket, asking }, async (person) => {
    const { shown, hashes } = makeRecoveryCodes(vault, user.id);
    await person.records.secondFactors.confirm(user.id, step, hashes);
    await note(vault, person, user.secondFactor.enrolled ? 'enrolled anew' : 'enrolled');
    if (person.ticket.secondFactor === 'enrol') {
      await vault.tickets.complete(person.records, ticket);
      await noteLogon(vault, person.records, user, {
        from: person.ticket.from,
        how: 'second factor enrolled',
      });
    }
    return done({ value: null, blob: shown });
  });
}

/**
 * For somebody who may enrol now. A login that had to enrol is over when the person enrolled at another one meanwhile: who
 * knows only the password must not put his own secret in place of it.
 */
async function enrolling<K extends Names>(
  vault: Vault,
  { ticket, asking }: At,
  work: (person: Person) => Promise<Answer<K>>,
): Promise<Answer<K>> {
  return await withPerson<K>(vault, { ticket, asking, evenBefore: ['enrol'] }, async (person) => {
    const { user, records } = person;
    if (person.ticket.secondFactor === 'enrol' && user.secondFactor.enrolled) {
      await vault.tickets.drop(records, ticket);
      return failed(failure('NOT_LOGGED_IN'));
    }
    if (user.secondFactor.policy === 'off')
      return failed(failure('SECOND_FACTOR_POLICY', 'second factors are switched off.'));
    return await work(person);
  });
}

/** A wrong code counts as a failed login does. */
async function countedTry(
  vault: Vault,
  { user, from }: Asker,
  isRight: () => Promise<boolean>,
): Promise<Outcome<null>> {
  const who = { user: user.name, from };
  const answer = await vault.authentication.tryCode(who, isRight);
  if (answer.kind === 'right') return done(null);
  await vault.store.transaction((records) => noteRefusal(vault, records, who, answer));
  return failed(answer.failure);
}

async function note(vault: Vault, { records, about, user }: Person, detail: string): Promise<void> {
  await vault.journal.append(records.audit, {
    ...about,
    action: 'secondFactorChanged',
    outcome: 'ok',
    target: user.name,
    detail,
  });
}
