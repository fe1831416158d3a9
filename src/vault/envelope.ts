import { createCipheriv, createDecipheriv } from 'node:crypto';

/** What a ciphertext belongs to. All of it is authenticated: an envelope moved to another place does not open. */
export interface EnvelopePlace {
  readonly purpose:
    | 'safe-key'
    | 'account-secret'
    | 'object-secret'
    | 'recording-key'
    | 'second-factor'
    | 'signing-key'
    | 'key-check'
    | 'master-key';
  readonly table: string;
  readonly row: string;
  readonly version: number;
  /** What else must not change under the ciphertext, e.g. the address that a secret is for. */
  readonly context: readonly string[];
}

export const KEY_BYTES = 32;
export const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MAGIC = Buffer.from('PSE1', 'latin1');
const OVERHEAD = MAGIC.length + NONCE_BYTES + TAG_BYTES;

/** AES-256-GCM: magic with format version, nonce, ciphertext, tag. The nonce must never be used twice with one key. */
export function seal(
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  place: EnvelopePlace,
): Buffer {
  if (key.length !== KEY_BYTES || nonce.length !== NONCE_BYTES)
    throw new RangeError('wrong length of key or nonce');
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(bind(place));
  return Buffer.concat([MAGIC, nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** The plaintext, or null when anything at all is not as it was sealed: key, bytes or place. */
export function open(key: Uint8Array, envelope: Uint8Array, place: EnvelopePlace): Buffer | null {
  if (key.length !== KEY_BYTES) throw new RangeError('wrong length of key');
  const bytes = Buffer.from(envelope.buffer, envelope.byteOffset, envelope.byteLength);
  if (bytes.length < OVERHEAD || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  const nonce = bytes.subarray(MAGIC.length, MAGIC.length + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(bind(place));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  const plaintext = Buffer.alloc(bytes.length - OVERHEAD);
  decipher.update(bytes.subarray(MAGIC.length + NONCE_BYTES, bytes.length - TAG_BYTES)).copy(plaintext);
  try {
    decipher.final();
    return plaintext;
  } catch {
    plaintext.fill(0);
    return null;
  }
}

/** Each part with its length before it, so that no two places give the same bytes. */
function bind(place: EnvelopePlace): Buffer {
  const parts = [
    'postern-envelope-1',
    place.purpose,
    place.table,
    place.row,
    String(place.version),
    ...place.context,
  ];
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}
