import type { UserId } from '#/domain/ids.js';

/** A TOTP secret of a person. Until it is confirmed with a code it asks for nothing. */
export interface StoredFactor {
  readonly sealed: Buffer;
  readonly confirmed: boolean;
  /** The step of the last code that was taken: no code of it, or of one before it, is taken again. */
  readonly lastStep: number;
}

export interface SecondFactorRecords {
  /** The one in use; `pending`: the one that waits for its first code. */
  factor(user: UserId, which: 'confirmed' | 'pending'): Promise<StoredFactor | null>;
  /** In place of another one that waits. */
  putPending(user: UserId, sealed: Uint8Array): Promise<void>;
  /** The pending one takes the place of the one in use, with its first step used up and these recovery codes. */
  confirm(user: UserId, step: number, recoveryHashes: readonly string[]): Promise<void>;
  /** Uses a step up. False: it, or a later one, was used before; of many at once one gets true. */
  useStep(user: UserId, step: number): Promise<boolean>;
  /** Uses a recovery code up. False: there is none such (any more). */
  useRecoveryCode(user: UserId, hash: string): Promise<boolean>;
  /** Everything of the person's. */
  remove(user: UserId): Promise<void>;
}
