import type { Duplex } from 'node:stream';
import type { DirectoryArgs, DirectoryCall, DirectoryResult } from '#/contract/directory-calls.js';
import { RpcPeer } from '#/contract/rpc.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';

/** The vault's way to the directory process. */
export interface DirectoryLink {
  /** `blob`: encodeSecretPayload(the bind user's password, another one). */
  ask<K extends DirectoryCall>(
    call: K,
    args: DirectoryArgs<K>,
    blob: Buffer,
  ): Promise<Outcome<DirectoryResult<K>>>;
}

/** All servers of a directory together have 20 s, and looking up many people takes longer. Milliseconds. */
const LONGEST = 60_000;

/** Connects at the first question, and again after the other process was started anew. */
export function directoryLink(connect: () => Duplex): DirectoryLink {
  let peer: RpcPeer | null = null;
  return {
    async ask(call, args, blob) {
      if (peer === null || peer.closed !== null) peer = new RpcPeer(connect(), { timeout: LONGEST });
      const outcome = await peer.call(call, args, blob);
      if (outcome.ok) return done(outcome.value.value as never);
      const { code, message } = outcome.failure;
      if (code === 'PROTOCOL' || code === 'BAD_INPUT') return outcome;
      return failed(failure('DIRECTORY_UNAVAILABLE', `our directory process: ${message}`));
    },
  };
}
