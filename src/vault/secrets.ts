import type { Account } from '#/domain/account.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { Secret } from '#/domain/secret.js';
import { type EnvelopePlace, NONCE_BYTES, open, seal } from './envelope.js';
import type { Keyring } from './keyring.js';
import type { AccountRecords } from './records/accounts.js';
import type { Safe } from './records/safes.js';

/** Whose secret it is, in which version, and what it is bound to. */
export interface SecretPlace {
  readonly safe: Safe;
  readonly owner: string;
  readonly version: number;
  readonly purpose: 'account-secret' | 'object-secret';
  /** A secret does not open for an account that was given another address, port or user behind the vault's back. */
  readonly context: readonly string[];
}

export function placeOfAccount(
  safe: Safe,
  account: Pick<Account, 'id' | 'user' | 'address' | 'port' | 'platform' | 'secretKind'> & {
    readonly secretVersion: number;
  },
): SecretPlace {
  const context = [
    safe.id,
    account.user,
    account.address,
    String(account.port ?? ''),
    account.platform,
    account.secretKind,
  ];
  return { safe, owner: account.id, version: account.secretVersion, purpose: 'account-secret', context };
}

export function placeOfObject(
  safe: Safe,
  object: { readonly id: string; readonly name: string; readonly secretVersion: number },
): SecretPlace {
  return {
    safe,
    owner: object.id,
    version: object.secretVersion,
    purpose: 'object-secret',
    context: [safe.id, object.name],
  };
}

interface Tools {
  readonly keyring: Keyring;
  readonly random: (bytes: number) => Buffer;
  readonly now: () => number;
}

/** Seals and stores a version of a secret. The plaintext stays the caller's to wipe. */
export async function putSecret(
  tools: Tools,
  records: AccountRecords,
  at: SecretPlace,
  plaintext: Uint8Array,
): Promise<Outcome<null>> {
  const sealed = tools.keyring.withSafeKey(at.safe, (key) =>
    seal(key, tools.random(NONCE_BYTES), plaintext, envelopePlace(at)),
  );
  if (!sealed.ok) return sealed;
  await records.addSecret(at.owner, at.version, sealed.value, tools.now());
  return done(null);
}

export async function takeSecret(
  tools: Pick<Tools, 'keyring'>,
  records: AccountRecords,
  at: SecretPlace,
): Promise<Outcome<Secret>> {
  const stored = await records.secret(at.owner, at.version);
  if (stored === null)
    return failed(
      failure('INTEGRITY', `version ${at.version} of a secret in safe ${at.safe.name} is missing`),
    );
  const opened = tools.keyring.withSafeKey(at.safe, (key) => open(key, stored, envelopePlace(at)));
  if (!opened.ok) return opened;
  if (opened.value === null)
    return failed(
      failure('INTEGRITY', `a secret in safe ${at.safe.name} is not the one that was sealed for its row`),
    );
  return done(Secret.take(opened.value));
}

function envelopePlace({ purpose, owner, version, context }: SecretPlace): EnvelopePlace {
  return { purpose, table: 'secrets', row: owner, version, context };
}
