import { accountName, type SecretKind } from '#/domain/account.js';
import { failure } from '#/domain/failure.js';
import type { HostKey } from '#/domain/host-key.js';
import { parseHostKey } from '#/domain/host-key.js';
import { makeId } from '#/domain/ids.js';
import { checkName, checkPort } from '#/domain/names.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { portOf } from './access.js';
import { secretProblem } from './check-secret.js';
import type { Keyring } from './keyring.js';
import { defaultPortOf, findPlatform } from './platforms.js';
import type { StoredAccount } from './records/accounts.js';
import type { Records } from './records/records.js';
import type { Safe } from './records/safes.js';
import { placeOfAccount, putSecret } from './secrets.js';

export interface NewAccount {
  readonly platform: string;
  readonly user: string;
  readonly address: string;
  readonly port: number | null;
  readonly secretKind: SecretKind;
  readonly hostKey: HostKey | null;
}

/** The part of an account that is wrong, and why. */
export interface AccountProblem {
  readonly part: 'user' | 'address' | 'port' | 'password' | 'hostKey';
  readonly why: string;
}

/** Looks at everything that can be judged without the books. */
export function accountProblems(
  account: Omit<NewAccount, 'platform' | 'secretKind'>,
  secret: { readonly kind: SecretKind; readonly payload: Buffer } | null,
): readonly AccountProblem[] {
  const user = checkName('targetUser', account.user);
  const address = checkName('address', account.address);
  const wrongKey =
    account.hostKey !== null && parseHostKey(`${account.hostKey.type} ${account.hostKey.base64}`) === null;
  const secretWhy = secret === null ? null : secretProblem(secret.kind, secret.payload);
  return [
    ...(user.ok ? [] : [{ part: 'user' as const, why: `the user ${user.why}` }]),
    ...(address.ok ? [] : [{ part: 'address' as const, why: `the address ${address.why}` }]),
    ...(account.port === null || checkPort(account.port) !== null
      ? []
      : [{ part: 'port' as const, why: 'a port is a number from 1 to 65535' }]),
    ...(secretWhy === null ? [] : [{ part: 'password' as const, why: secretWhy }]),
    ...(wrongKey ? [{ part: 'hostKey' as const, why: 'the host key does not read "TYPE BASE64"' }] : []),
  ];
}

interface Tools {
  readonly keyring: Keyring;
  readonly random: (bytes: number) => Buffer;
  readonly now: () => number;
}

/** Adds an account whose parts were found in order. `by` is who pins the host key that came with it. */
export async function addAccount(
  tools: Tools,
  records: Records,
  safe: Safe,
  wanted: NewAccount,
  secret: Buffer,
  by: string,
): Promise<Outcome<StoredAccount>> {
  const { hostKey, ...parts } = wanted;
  const platform = await placeOfPlatform(records, wanted.platform);
  if (!platform.ok) return platform;
  const account: StoredAccount = {
    ...parts,
    ...platform.value,
    id: makeId('account', tools.random(20)),
    safeId: safe.id,
    safe: safe.name,
    secretVersion: 1,
    disabledWhy: null,
  };
  if (await isThere(records, account))
    return failed(failure('ALREADY_EXISTS', `Account ${accountName(account)} in safe ${safe.name}`));
  await records.accounts.addAccount(account);
  const put = await putSecret(tools, records.accounts, placeOfAccount(safe, account), secret);
  if (!put.ok) return put;
  if (hostKey !== null)
    await records.accounts.pinHostKey(account.address, portOf(account), hostKey, by, tools.now());
  return done(account);
}

/** The part of an account that is its platform's. */
export async function placeOfPlatform(
  records: Records,
  typed: string,
): Promise<Outcome<Pick<StoredAccount, 'platform' | 'base' | 'platformPort'>>> {
  const found = await findPlatform(records, typed);
  if (!found.ok) return found;
  const { name: platform, base } = found.value;
  return done({ platform, base, platformPort: await defaultPortOf(records, platform) });
}

/** Is there another account of this user, address and port in the safe? */
export async function isThere(records: Records, account: StoredAccount): Promise<boolean> {
  const accounts = await records.accounts.accountsAt(account.safeId, account.user, account.address);
  return accounts.some((one) => one.id !== account.id && identityOf(one) === identityOf(account));
}

/** What may be in a safe once only. */
export function identityOf(account: {
  readonly user: string;
  readonly address: string;
  readonly port: number | null;
}): string {
  return JSON.stringify([account.user, account.address.toLowerCase(), account.port ?? 0]);
}
