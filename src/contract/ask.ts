import type { Outcome } from '#/domain/outcome.js';
import type { CallArgs, CallName, CallResult } from './calls.js';
import type { RpcPeer } from './rpc.js';

/** Asks the vault. Same as RpcPeer.call, with the types of the call. */
export async function ask<K extends CallName>(
  peer: RpcPeer,
  callName: K,
  args: CallArgs<K>,
  blob?: Buffer,
): Promise<Outcome<{ readonly value: CallResult<K>; readonly blob: Buffer | undefined }>> {
  const outcome = await peer.call(callName, args, blob);
  return outcome.ok
    ? { ok: true, value: { value: outcome.value.value as CallResult<K>, blob: outcome.value.blob } }
    : outcome;
}
