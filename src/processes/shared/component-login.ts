import { ask } from '#/contract/ask.js';
import type { RpcPeer } from '#/contract/rpc.js';
import { done, type Outcome } from '#/domain/outcome.js';
import type { Secret } from '#/domain/secret.js';
import type { ComponentCredential } from '#/house/component-credential.js';

/** 'unsettled': a rotation was cut off in the middle; the files have to be brought into order. */
export type ComponentLogin = 'settled' | 'unsettled';

/**
 * Logs a connection in with the password on the disk. A rotation that was cut off at whatever step left the password that
 * counts in one of two files: the present one is tried first, then the staged one.
 */
export async function logInAs(
  peer: RpcPeer,
  credential: ComponentCredential,
): Promise<Outcome<ComponentLogin>> {
  const present = credential.read();
  const first = present.ok ? await logInWith(peer, credential, present.value) : present;
  if (first.ok) return done(first.value.previous ? 'unsettled' : 'settled');
  const staged = credential.readStaged();
  if (staged === null) return first;
  const second = await logInWith(peer, credential, staged);
  return second.ok ? done('unsettled') : first;
}

async function logInWith(
  peer: RpcPeer,
  { component }: ComponentCredential,
  password: Secret,
): Promise<Outcome<{ readonly previous: boolean }>> {
  const outcome = await ask(peer, 'component.login', { component }, password.exposeSecret());
  password.wipe();
  return outcome.ok ? done(outcome.value.value) : outcome;
}
