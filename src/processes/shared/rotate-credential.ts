import { randomBytes } from 'node:crypto';
import { ask } from '#/contract/ask.js';
import { COMPONENT_PASSWORD_BYTES } from '#/contract/credentials.js';
import type { RpcPeer } from '#/contract/rpc.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { Secret } from '#/domain/secret.js';
import type { ComponentCredential } from '#/house/component-credential.js';
import { passwordDigest } from '#/house/credential-digest.js';

/**
 * Gives a component a new password, in two phases: the new file beside the old one, then the vault, then the old file is
 * dropped. At every moment one of the two files holds the password that the vault takes.
 */
export async function rotateCredential(
  peer: RpcPeer,
  credential: ComponentCredential,
): Promise<Outcome<null>> {
  return await alone(peer, credential, async () => {
    await tidy(peer, credential);
    return await renew(peer, credential);
  });
}

/** Ends a rotation that was cut off. When neither file holds what counts, a new password is made: this login was the last. */
export async function settleCredential(
  peer: RpcPeer,
  credential: ComponentCredential,
): Promise<Outcome<null>> {
  return await alone(peer, credential, async () =>
    (await tidy(peer, credential)) ? done(null) : await renew(peer, credential),
  );
}

/** Several processes share a file: the vault lets one at a time change it. */
async function alone(
  peer: RpcPeer,
  { component }: ComponentCredential,
  work: () => Promise<Outcome<null>>,
): Promise<Outcome<null>> {
  const begun = await ask(peer, 'component.rotation', { component, step: 'begin' });
  if (!begun.ok) return begun;
  try {
    return await work();
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown';
    return failed(failure('CREDENTIAL_FILE', `of ${component} cannot be written: ${why}`));
  } finally {
    await ask(peer, 'component.rotation', { component, step: 'end' });
  }
}

/** True: the present file holds the password that counts, and no other file is left. */
async function tidy(peer: RpcPeer, credential: ComponentCredential): Promise<boolean> {
  if (await isCurrent(peer, credential, credential.readStaged())) {
    credential.promote();
    return true;
  }
  const present = credential.read();
  if (!(await isCurrent(peer, credential, present.ok ? present.value : null))) return false;
  credential.discard();
  return true;
}

/** Throws when the vault does not say: nothing may be thrown away then. */
async function isCurrent(
  peer: RpcPeer,
  { component }: ComponentCredential,
  password: Secret | null,
): Promise<boolean> {
  if (password === null) return false;
  const asked = { component, step: 'check' } as const;
  const digest = passwordDigest(password);
  password.wipe();
  const outcome = await ask(peer, 'component.rotation', asked, digest);
  if (!outcome.ok) throw new Error(outcome.failure.message);
  return outcome.value.value.current;
}

async function renew(peer: RpcPeer, credential: ComponentCredential): Promise<Outcome<null>> {
  const { component } = credential;
  const password = randomBytes(COMPONENT_PASSWORD_BYTES);
  try {
    credential.stage(password);
    // should the answer be lost, both files stay: whichever the vault takes is found at the next login
    const taken = await ask(peer, 'component.rotation', { component, step: 'commit' }, password);
    if (!taken.ok) return taken;
    credential.promote();
    return done(null);
  } finally {
    password.fill(0);
  }
}
