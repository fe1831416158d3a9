import type { UserId } from './ids.js';
import type { VaultRight } from './permission.js';

/** Characters. NIST SP 800-63B-4 §3.1.1.2 advises at least 15 when it is the only factor; 12 is our minimum. */
export const LEAST_PASSWORD_LENGTH = 12;

declare const minted: unique symbol;

/** Who somebody was proven to be. Minted in src/authentication/mint-identity.ts and nowhere else. */
export interface Identity {
  readonly [minted]: 'identity';
  readonly userId: UserId;
  readonly user: string;
  readonly method: 'password' | 'directory' | 'publickey' | 'console';
  readonly rights: readonly VaultRight[];
  /** Names of the groups the person is in, built-in ones included. */
  readonly groups: readonly string[];
  /** Address of the client, as the door saw it. */
  readonly from: string;
}

export const BUILT_IN_GROUPS = [
  'Vault Admins',
  'Auditors',
  'PSMLiveSessionTerminators',
  'PSMMaster',
] as const;
export const BUILT_IN_SAFES = [
  'System',
  'VaultInternal',
  'PSM',
  'PSMRecordings',
  'PSMSessions',
  'PSMLiveSessions',
  'PSMUnmanagedSessionAccounts',
] as const;
/** Internal identities that processes log in to the vault as (domain: the internal users). */
export const COMPONENTS = ['PVWAApp', 'PVWAGW', 'PSMApp', 'PSMGW', 'PSMAdminConnect'] as const;
export type Component = (typeof COMPONENTS)[number];
