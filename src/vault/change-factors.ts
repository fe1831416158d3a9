import type { KeyRow } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { User } from './records/people.js';
import type { Records } from './records/records.js';
import { keyRow } from './rows.js';
import type { Doer, Vault } from './vault.js';

/** More than anybody has, and few enough for a list. */
const MOST_KEYS = 50;

interface Doing {
  readonly records: Records;
  /** For the audit. */
  readonly about: Doer;
}

/** Forgets somebody's authenticator and recovery codes, and logs him out. */
export async function resetFactor(
  vault: Vault,
  { records, about }: Doing,
  user: User,
): Promise<Outcome<{ readonly value: null }>> {
  await records.secondFactors.remove(user.id);
  await vault.tickets.dropUser(records, user.id);
  await vault.journal.append(records.audit, {
    ...about,
    action: 'secondFactorChanged',
    outcome: 'ok',
    target: user.name,
    detail: user.secondFactor.enrolled ? 'reset' : 'reset, though there was none',
  });
  return done({ value: null });
}

/** `line`: as it stands in a .pub file. One's own or another's: the audit names actor and target. */
export async function addKey(
  vault: Vault,
  doing: Doing,
  user: User,
  line: string,
): Promise<Outcome<{ readonly value: KeyRow }>> {
  const read = vault.authentication.readPublicKey(line);
  if (!read.ok) return failed(failure('BAD_INPUT', read.why));
  const { fingerprint } = read.key;
  if (user.publicKeys.some((one) => one.fingerprint === fingerprint))
    return failed(failure('ALREADY_EXISTS', `Key ${fingerprint}`));
  if (user.publicKeys.length >= MOST_KEYS)
    return failed(failure('BAD_INPUT', `${user.name} has ${MOST_KEYS} keys: remove one first`));
  await doing.records.people.addKey(user.id, read.key);
  await note(vault, doing, user, `key added: ${fingerprint}`);
  return done({ value: keyRow(read.key) });
}

export async function removeKey(
  vault: Vault,
  doing: Doing,
  user: User,
  fingerprint: string,
): Promise<Outcome<{ readonly value: null }>> {
  if (!(await doing.records.people.removeKey(user.id, fingerprint)))
    return failed(failure('NOT_FOUND', `Key ${fingerprint}`));
  await note(vault, doing, user, `key removed: ${fingerprint}`);
  return done({ value: null });
}

async function note(vault: Vault, { records, about }: Doing, user: User, detail: string): Promise<void> {
  await vault.journal.append(records.audit, {
    ...about,
    action: 'userChanged',
    outcome: 'ok',
    target: user.name,
    detail,
  });
}
