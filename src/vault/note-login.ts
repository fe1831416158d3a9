import { type Failure, oneLine } from '#/domain/failure.js';
import type { User } from './records/people.js';
import type { Records } from './records/records.js';
import type { Vault } from './vault.js';

/** Somebody is in, with everything that was asked of him. */
export async function noteLogon(
  vault: Vault,
  records: Records,
  user: Pick<User, 'id' | 'name'>,
  { from, how }: { readonly from: string; readonly how: string },
): Promise<void> {
  await records.people.changeUser(user.id, { lastSuccess: { at: vault.now(), from } });
  await vault.journal.append(records.audit, {
    gateway: 'PVWAGW',
    from,
    action: 'logon',
    outcome: 'ok',
    actor: user.name,
    detail: how,
  });
}

/** A password, a key or a code was refused: the person is told next time, the audit why. */
export async function noteRefusal(
  vault: Vault,
  records: Records,
  { user: name, from }: { readonly user: string; readonly from: string },
  { reason, failure }: { readonly reason: string; readonly failure: Failure },
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
    code: failure.code,
    detail: oneLine(reason),
  });
}
