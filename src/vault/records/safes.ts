import type { SafeId } from '#/domain/ids.js';
import type { Membership } from '#/policy/grants.js';

export interface Safe {
  readonly id: SafeId;
  readonly name: string;
  readonly builtIn: boolean;
  /** The safe's key, sealed with the master key. */
  readonly wrappedKey: Buffer;
  /** Raw X25519 public key that tapes are encrypted to; null: not a recording safe. */
  readonly recipient: Buffer | null;
}

export interface SafeCounts extends Safe {
  readonly accounts: number;
  readonly members: number;
}

export interface SafeRecords {
  safe(id: SafeId): Promise<Safe | null>;
  safeByName(name: string): Promise<Safe | null>;
  safes(): Promise<readonly SafeCounts[]>;
  addSafe(safe: Safe): Promise<void>;
  renameSafe(id: SafeId, name: string): Promise<void>;
  /** With its memberships; it must have no accounts. */
  deleteSafe(id: SafeId): Promise<void>;
  memberships(safe: SafeId): Promise<readonly Membership[]>;
  /** Replaces what the member had. */
  putMembership(safe: SafeId, membership: Omit<Membership, 'member'>): Promise<void>;
  removeMembership(safe: SafeId, kind: 'user' | 'group', memberId: string): Promise<boolean>;
}
