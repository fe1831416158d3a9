import type { AccountId, SafeId } from './ids.js';

export const PLATFORMS = ['UnixSSH'] as const;
/** 'LDAP' is a directory's bind user: `postern directory` makes it, and nobody can connect to it. */
export type PlatformName = (typeof PLATFORMS)[number] | 'LDAP';

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
  readonly platform: PlatformName;
  readonly secretKind: SecretKind;
  readonly disabledWhy: string | null;
}

/** How lists and JSON name an account. */
export function accountName(account: { readonly user: string; readonly address: string }): string {
  return `${account.user}@${account.address}`;
}
