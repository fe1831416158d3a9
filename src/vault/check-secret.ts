import { createPrivateKey } from 'node:crypto';
import { decodeSecretPayload } from '#/contract/secret-payload.js';
import type { SecretKind } from '#/domain/account.js';

/** As long as a line of a terminal may be at most; longer passwords cannot be typed anywhere. */
const LONGEST_PASSWORD = 4095;
const LONGEST_KEY = 65_536;
const OPENSSH =
  /^-----BEGIN OPENSSH PRIVATE KEY-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END OPENSSH PRIVATE KEY-----\s*$/;
const PEM = /^-----BEGIN (RSA |EC |ENCRYPTED )?PRIVATE KEY-----\r?\n[\s\S]+-----END \1PRIVATE KEY-----\s*$/;

/** What is wrong with a secret payload, as a phrase for people; null: it can be stored. */
export function secretProblem(kind: SecretKind, payload: Buffer): string | null {
  const parts = decodeSecretPayload(payload);
  if (parts === null) return 'the secret is missing';
  return kind === 'password'
    ? passwordProblem(parts.secret, parts.passphrase)
    : keyProblem(parts.secret, parts.passphrase);
}

function passwordProblem(password: Buffer, passphrase: Buffer): string | null {
  if (password.length === 0) return 'the password is empty';
  if (password.length > LONGEST_PASSWORD) return `the password is longer than ${LONGEST_PASSWORD} bytes`;
  if (passphrase.length > 0) return 'a passphrase belongs to a key, not to a password';
  return password.some((byte) => byte === 0 || byte === 10 || byte === 13)
    ? 'the password has a line break or NUL in it'
    : null;
}

function keyProblem(key: Buffer, passphrase: Buffer): string | null {
  if (key.length > LONGEST_KEY) return `the key is longer than ${LONGEST_KEY} bytes`;
  const text = key.toString('latin1');
  const openssh = OPENSSH.exec(text)?.[1];
  if (openssh !== undefined) return opensshProblem(Buffer.from(openssh, 'base64'), passphrase);
  if (!PEM.test(text)) return 'that is not an SSH private key (OpenSSH or PEM)';
  try {
    createPrivateKey({ key, ...(passphrase.length > 0 ? { passphrase } : {}) });
    return null;
  } catch {
    return 'the private key does not open: is it whole, and is the passphrase right?';
  }
}

/** "openssh-key-v1\0", then the name of the cipher (OpenSSH, PROTOCOL.key). */
function opensshProblem(blob: Buffer, passphrase: Buffer): string | null {
  const magic = Buffer.from('openssh-key-v1\0', 'latin1');
  const length = blob.length >= magic.length + 4 ? blob.readUInt32BE(magic.length) : 0;
  if (!blob.subarray(0, magic.length).equals(magic) || length === 0 || length > 64)
    return 'that is not a whole OpenSSH private key';
  const cipher = blob.subarray(magic.length + 4, magic.length + 4 + length).toString('latin1');
  return cipher !== 'none' && passphrase.length === 0 ? 'the private key needs its passphrase' : null;
}
