import { RECOVERY, recoveryCode, recoveryHash } from '#/authentication/recovery-codes.js';
import { matchingStep } from '#/authentication/totp.js';
import type { UserId } from '#/domain/ids.js';
import { failed, type Outcome } from '#/domain/outcome.js';
import { stepAfterLogin } from '#/domain/second-factor.js';
import { methodOf, type SignIn } from './directory/sign-in.js';
import type { EnvelopePlace } from './envelope.js';
import { noteRefusal } from './note-login.js';
import { type Asker, askedBy } from './persons.js';
import type { User } from './records/people.js';
import type { Records } from './records/records.js';
import type { StoredFactor } from './records/second-factors.js';
import type { Asking, Vault } from './vault.js';

/** Where a TOTP secret is sealed for: no other person's row opens it. */
export function placeOfFactor(userId: UserId): EnvelopePlace {
  return { purpose: 'second-factor', table: 'second_factors', row: userId, version: 1, context: [] };
}

export type TakenCode = 'totp' | 'recovery' | null;

/** Uses a code up, of the authenticator or a recovery code, within the transaction: of many at once one is taken. */
export async function takeCode(
  vault: Vault,
  records: Records,
  user: User,
  typed: string,
): Promise<TakenCode> {
  const factor = await records.secondFactors.factor(user.id, 'confirmed');
  if (factor === null) return null;
  const step = stepOf(vault, user.id, factor, typed);
  if (step !== null && (await records.secondFactors.useStep(user.id, step))) return 'totp';
  const hash = recoveryHash(user.id, typed);
  return hash !== null && (await records.secondFactors.useRecoveryCode(user.id, hash)) ? 'recovery' : null;
}

/** The step that a typed code is of, for a stored secret; null: it is none, or was used. */
export function stepOf(vault: Vault, userId: UserId, factor: StoredFactor, typed: string): number | null {
  const secret = vault.keyring.openValue(placeOfFactor(userId), factor.sealed);
  // a row that somebody moved or bent opens nothing: what it would have proven is not proven
  if (!secret.ok) return null;
  try {
    return matchingStep(secret.value.exposeSecret(), typed.replace(/\s/g, ''), vault.now(), factor.lastStep);
  } finally {
    secret.value.wipe();
  }
}

/** Fresh recovery codes: what is shown once, and what is stored. */
export function makeRecoveryCodes(
  vault: Pick<Vault, 'random'>,
  userId: UserId,
): { readonly shown: Buffer; readonly hashes: readonly string[] } {
  const codes = Array.from({ length: RECOVERY.codes }, () => recoveryCode(vault.random(RECOVERY.bytes)));
  const hashes = codes.map((code) => recoveryHash(userId, code) ?? '');
  return { shown: Buffer.from(codes.join('\n'), 'utf8'), hashes };
}

/**
 * Has a person who is logged in prove himself again: with a code where he has a second factor, else with his password.
 * Wrong ones count as failed logins. Gives who it is.
 */
export async function proveAgain(
  vault: Vault,
  signIn: SignIn,
  at: { readonly ticket: string; readonly asking: Asking },
  proof: Buffer,
): Promise<Outcome<Asker>> {
  const asked = await askedBy(vault, at);
  if (!asked.ok) return asked;
  const { user, from } = asked.value;
  const who = { user: user.name, from };
  const answer =
    stepAfterLogin(user.secondFactor.policy, user.secondFactor.enrolled) === 'code'
      ? await vault.authentication.tryCode(who, () =>
          vault.store.transaction(
            async (records) => (await takeCode(vault, records, user, proof.toString('utf8'))) !== null,
          ),
        )
      : await signIn({
          ...who,
          method: await methodOf(vault, user),
          evidence: { kind: 'password', password: proof },
        });
  if (answer.kind !== 'refused') return asked;
  await vault.store.transaction((records) => noteRefusal(vault, records, who, answer));
  return failed(answer.failure);
}
