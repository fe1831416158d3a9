import { ask } from '#/contract/ask.js';
import type { RpcPeer } from '#/contract/rpc.js';
import { type Failure, failure } from '#/domain/failure.js';
import type { Secret } from '#/domain/secret.js';
import type { ComponentCredential } from '#/house/component-credential.js';

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
  const present = credential.read();
  const first = present.ok ? await check(peer, credential, present.value) : present.failure;
  if (first === null) return null;
  // in the middle of a rotation it is the staged one that counts, and a moment later the present one again
  const staged = credential.readStaged();
  if (staged !== null && (await check(peer, credential, staged)) === null) return null;
  const again = credential.read();
  return again.ok ? await check(peer, credential, again.value) : again.failure;
}

async function check(
  peer: RpcPeer,
  { component }: ComponentCredential,
  password: Secret,
): Promise<Failure | null> {
  const asked = { component, step: 'check' } as const;
  const outcome = await ask(peer, 'component.rotation', asked, password.exposeSecret());
  password.wipe();
  if (!outcome.ok) return outcome.failure.code === 'COMPONENT_DISABLED' ? outcome.failure : null;
  return outcome.value.value.current ? null : failure('CREDENTIAL_MISMATCH', component);
}
