import { ask } from '#/contract/ask.js';
import type { RpcPeer } from '#/contract/rpc.js';
import { type Failure, failure } from '#/domain/failure.js';
import type { ComponentCredential } from '#/house/component-credential.js';
import { passwordDigest } from '#/house/credential-digest.js';

/** Why one of these components could not log in again; null: all could. A vault that does not answer is no trouble of theirs. */
export async function credentialTrouble(
  peer: RpcPeer,
  components: readonly ComponentCredential[],
): Promise<Failure | null> {
  for (const credential of components) {
    const trouble = await troubleOf(peer, credential);
    if (trouble !== null) return trouble;
  }
  return null;
}

async function troubleOf(peer: RpcPeer, credential: ComponentCredential): Promise<Failure | null> {
  const present = credential.digest();
  const first = present.ok ? await check(peer, credential, present.value) : present.failure;
  if (first === null) return null;
  // in the middle of a rotation it is the staged one that counts, and a moment later the present one again
  const staged = credential.readStaged();
  if (staged !== null) {
    const digest = passwordDigest(staged);
    staged.wipe();
    if ((await check(peer, credential, digest)) === null) return null;
  }
  const again = credential.digest();
  return again.ok ? await check(peer, credential, again.value) : again.failure;
}

async function check(
  peer: RpcPeer,
  { component }: ComponentCredential,
  digest: Buffer,
): Promise<Failure | null> {
  const asked = { component, step: 'check' } as const;
  const outcome = await ask(peer, 'component.rotation', asked, digest);
  if (!outcome.ok) return outcome.failure.code === 'COMPONENT_DISABLED' ? outcome.failure : null;
  return outcome.value.value.current ? null : failure('CREDENTIAL_MISMATCH', component);
}
