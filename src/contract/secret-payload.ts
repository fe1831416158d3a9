/** How an account's secret travels as a blob: u32 length, secret, u32 length, passphrase (empty: none). */
export function encodeSecretPayload(secret: Uint8Array, passphrase: Uint8Array): Buffer {
  const out = Buffer.alloc(8 + secret.length + passphrase.length);
  out.writeUInt32BE(secret.length, 0);
  out.set(secret, 4);
  out.writeUInt32BE(passphrase.length, 4 + secret.length);
  out.set(passphrase, 8 + secret.length);
  return out;
}

/** Views into the same memory: wipe the payload and both are gone. Null when the payload is malformed. */
export function decodeSecretPayload(
  payload: Buffer,
): { readonly secret: Buffer; readonly passphrase: Buffer } | null {
  if (payload.length < 8) return null;
  const length = payload.readUInt32BE(0);
  if (length > payload.length - 8) return null;
  const rest = payload.readUInt32BE(4 + length);
  if (8 + length + rest !== payload.length) return null;
  return { secret: payload.subarray(4, 4 + length), passphrase: payload.subarray(8 + length) };
}
