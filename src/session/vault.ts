import type { CallArgs, CallName, CallResult } from '#/contract/calls.js';
import type { Failure } from '#/domain/failure.js';
import type { Outcome } from '#/domain/outcome.js';

/** The vault, as a session host asks it: as PSMGW. */
export interface Vault {
  ask<K extends CallName>(
    name: K,
    args: CallArgs<K>,
    blob?: Buffer,
    patience?: number,
  ): Promise<Outcome<{ readonly value: CallResult<K>; readonly blob: Buffer | undefined }>>;
  /** What would keep us from logging in again; null: nothing. */
  trouble?(): Promise<Failure | null>;
}
