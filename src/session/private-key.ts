import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { Fields, sshNumber, sshString } from './agent-wire.js';

/** Curves by their names in SSH: object identifier, in DER. */
const CURVE_OIDS: Readonly<Record<string, Buffer>> = {
  nistp256: Buffer.from('06082a8648ce3d030107', 'hex'),
  nistp384: Buffer.from('06052b81040022', 'hex'),
  nistp521: Buffer.from('06052b81040023', 'hex'),
};
const CURVE_OF_JWK: Readonly<Record<string, string>> = {
  'P-256': 'nistp256',
  'P-384': 'nistp384',
  'P-521': 'nistp521',
};
const PEM = /^-----BEGIN (RSA |EC |ENCRYPTED )?PRIVATE KEY-----/;
const OPENSSH_BEGIN = Buffer.from('-----BEGIN OPENSSH PRIVATE KEY-----');
const OPENSSH_END = Buffer.from('-----END OPENSSH PRIVATE KEY-----');
const MAGIC = Buffer.from('openssh-key-v1\0', 'latin1');

/**
 * Reads a private key without a string in between: whatever was made of it on the way is wiped again. Null: a form that
 * is not read here (locked OpenSSH keys, OpenSSH's RSA), or nothing that can be read.
 */
export function readWithoutStrings(secret: Buffer, passphrase: Buffer): KeyObject | null {
  try {
    if (PEM.test(secret.subarray(0, 40).toString('latin1')))
      return createPrivateKey({
        key: secret,
        format: 'pem',
        ...(passphrase.length > 0 ? { passphrase } : {}),
      });
    return openssh(secret);
  } catch {
    return null;
  }
}

/** The public half as SSH writes it, with its type; null: a kind that SSH has no name for here. */
export function publicHalf(key: KeyObject): { readonly type: string; readonly blob: Buffer } | null {
  const { kty, crv, n = '', e = '', x = '', y = '' } = createPublicKey(key).export({ format: 'jwk' });
  const bytes = (text: string): Buffer => Buffer.from(text, 'base64url');
  if (kty === 'RSA') return named('ssh-rsa', sshNumber(bytes(e)), sshNumber(bytes(n)));
  if (crv === 'Ed25519') return named('ssh-ed25519', sshString(bytes(x)));
  const curve = CURVE_OF_JWK[crv ?? ''];
  if (curve === undefined) return null;
  const point = Buffer.concat([Buffer.of(4), bytes(x), bytes(y)]);
  return named(`ecdsa-sha2-${curve}`, sshString(curve), sshString(point));
}

function named(type: string, ...fields: readonly Buffer[]) {
  return { type, blob: Buffer.concat([sshString(type), ...fields]) };
}

/** OpenSSH's own form (PROTOCOL.key), where it is not locked. */
function openssh(secret: Buffer): KeyObject | null {
  const start = secret.indexOf(OPENSSH_BEGIN);
  const end = secret.indexOf(OPENSSH_END);
  if (start !== 0 || end < 0) return null;
  const bytes = fromBase64(secret.subarray(OPENSSH_BEGIN.length, end));
  try {
    if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return null;
    const fields = new Fields(bytes.subarray(MAGIC.length));
    const unlocked = fields.text() === 'none';
    fields.string(); // kdf
    fields.string(); // its options
    if (!unlocked || fields.word() !== 1) return null;
    fields.string(); // the public half
    return privateHalf(new Fields(fields.string()));
  } finally {
    bytes.fill(0);
  }
}

function privateHalf(fields: Fields): KeyObject | null {
  if (fields.word() !== fields.word()) return null;
  const type = fields.text();
  if (type === 'ssh-ed25519') {
    fields.string(); // the public half
    const seed = fields.string().subarray(0, 32);
    // PKCS #8 of RFC 8410
    return fromDer('pkcs8', Buffer.from('302e020100300506032b657004220420', 'hex'), seed);
  }
  const oid = CURVE_OIDS[type.replace('ecdsa-sha2-', '')];
  if (oid === undefined) return null;
  fields.string(); // the curve again
  const point = fields.string();
  const size = (point.length - 1) / 2;
  const number = fields.string();
  const scalar = Buffer.alloc(size);
  const bare = number.subarray(Math.max(0, number.length - size));
  bare.copy(scalar, size - bare.length);
  // RFC 5915; its outer parts hold nothing secret, so only the whole is wiped
  const inside = [
    Buffer.of(2, 1, 1),
    der(4, scalar),
    der(0xa0, oid),
    der(0xa1, der(3, Buffer.concat([Buffer.of(0), point]))),
  ];
  const body = Buffer.concat(inside);
  const whole = der(0x30, body);
  try {
    return fromDer('sec1', whole, Buffer.alloc(0));
  } finally {
    for (const one of [scalar, ...inside, body, whole]) one.fill(0);
  }
}

function fromDer(type: 'pkcs8' | 'sec1', head: Buffer, secret: Buffer): KeyObject {
  const key = Buffer.concat([head, secret]);
  try {
    return createPrivateKey({ key, format: 'der', type });
  } finally {
    key.fill(0);
  }
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

/** Base64 from bytes to bytes; what is not of its alphabet is left out, as everywhere. */
function fromBase64(text: Buffer): Buffer {
  const out = Buffer.alloc(Math.ceil((text.length * 3) / 4));
  let [length, bits, held] = [0, 0, 0];
  for (const letter of text) {
    const value = valueOf(letter);
    if (value < 0) continue;
    held = ((held << 6) | value) & 0xfff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out[length++] = (held >> bits) & 0xff;
  }
  return out.subarray(0, length);
}

function valueOf(letter: number): number {
  if (letter >= 65 && letter <= 90) return letter - 65;
  if (letter >= 97 && letter <= 122) return letter - 71;
  if (letter >= 48 && letter <= 57) return letter + 4;
  return letter === 43 ? 62 : letter === 47 ? 63 : -1;
}
