import { makeId } from '#/domain/ids.js';
import { done, type Outcome } from '#/domain/outcome.js';
import type { Permission } from '#/domain/permission.js';
import { KEY_BYTES } from './envelope.js';
import type { Keyring } from './keyring.js';
import type { Records } from './records/records.js';
import type { Safe } from './records/safes.js';

interface NewSafe {
  readonly name: string;
  readonly builtIn: boolean;
  /** Raw X25519 public key, of recording safes. */
  readonly recipient: Buffer | null;
}

/** Makes a safe with a key of its own. Auditors are members of every safe from its first moment on. */
export async function addSafe(
  tools: { readonly keyring: Keyring; readonly random: (bytes: number) => Buffer },
  records: Records,
  { name, builtIn, recipient }: NewSafe,
): Promise<Outcome<Safe>> {
  const id = makeId('safe', tools.random(20));
  const key = tools.random(KEY_BYTES);
  const wrapped = tools.keyring.wrapSafeKey(id, key);
  key.fill(0);
  if (!wrapped.ok) return wrapped;
  const safe: Safe = { id, name, builtIn, wrappedKey: wrapped.value, recipient };
  await records.safes.addSafe(safe);
  const auditors = await records.people.groupByName('Auditors');
  const permissions: readonly Permission[] =
    recipient === null
      ? ['listAccounts', 'viewAuditLog', 'viewSafeMembers']
      : ['retrieveAccounts', 'listAccounts', 'viewAuditLog', 'viewSafeMembers'];
  if (auditors !== null)
    await records.safes.putMembership(id, {
      kind: 'group',
      memberId: auditors.id,
      permissions,
      expiresAt: null,
    });
  return done(safe);
}
