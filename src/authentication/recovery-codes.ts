import { createHash } from 'node:crypto';

/** How many are made at once, and the random bytes of each: 80 bits, so that a plain hash of one keeps it. */
export const RECOVERY = { codes: 10, bytes: 10 } as const;
/** Crockford's base 32: nothing that is read as something else. */
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';

/** A code as it is shown: four groups of four. */
export function recoveryCode(random: Uint8Array): string {
  if (random.length !== RECOVERY.bytes) throw new RangeError('a recovery code needs 10 random bytes');
  let bits = 0n;
  for (const byte of random) bits = (bits << 8n) | BigInt(byte);
  let text = '';
  for (let at = 15; at >= 0; at -= 1) text += LETTERS[Number((bits >> BigInt(at * 5)) & 31n)];
  return (text.match(/.{4}/g) ?? []).join('-');
}

/** What is stored of a code, for this user only; null when what was typed cannot be one. Case, spaces and hyphens do not count. */
export function recoveryHash(userId: string, typed: string): string | null {
  const plain = typed.toLowerCase().replace(/[\s-]/g, '').replace(/o/g, '0').replace(/[il]/g, '1');
  if (!/^[0-9a-hjkmnp-tv-z]{16}$/.test(plain)) return null;
  return createHash('sha256').update(`postern-recovery-1 ${userId} ${plain}`, 'utf8').digest('hex');
}
