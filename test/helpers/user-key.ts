import { generateKeyPairSync, sign } from 'node:crypto';
import { signedFor, sshString } from '../authentication/wire.ts';

/** A person's SSH key, and what he signs with it to log in. */
export interface UserKey {
  readonly line: string;
  readonly base64: string;
  /** The blob of person.loginByKey, for this user name. */
  proof(user: string): Buffer;
}

export function userKey(comment = 'a key'): UserKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(12);
  const blob = Buffer.concat([sshString('ssh-ed25519'), sshString(raw)]);
  const base64 = blob.toString('base64');
  return {
    line: `ssh-ed25519 ${base64} ${comment}`,
    base64,
    proof(user) {
      const signed = signedFor(user, 'ssh-ed25519', blob);
      return Buffer.concat([sshString(signed), sign(null, signed, privateKey)]);
    },
  };
}
