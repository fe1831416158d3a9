import type { AccountId, SafeId } from './ids.js';

/** What is stored for an account: which kind of secret, never the secret. */
export type SecretKind = 'password' | 'key';

export interface Account {
  readonly id: AccountId;
  readonly safeId: SafeId;
  readonly safe: string;
  readonly user: string;
  readonly address: string;
  /** Null: the platform's default. */
  readonly port: number | null;
  /** Its name: a built-in one's, or that of a copy. */
  readonly platform: string;
  readonly secretKind: SecretKind;
  readonly disabledWhy: string | null;
}

/** How lists and JSON name an account. */
export function accountName(account: { readonly user: string; readonly address: string }): string {
  return `${account.user}@${account.address}`;
}
