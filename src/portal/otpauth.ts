const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648 §6, without padding: how authenticators take a secret. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let [held, bits] = [0, 0];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += LETTERS[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + LETTERS[(held << (5 - bits)) & 31];
}

/** What an authenticator reads from a QR code (Google's key URI format); the defaults (SHA-1, 6 digits, 30 s) are not said. */
export function otpauthUri({
  issuer,
  user,
  key,
}: {
  readonly issuer: string;
  readonly user: string;
  readonly key: string;
}): string {
  const [by, who] = [encodeURIComponent(issuer), encodeURIComponent(user)];
  return `otpauth://totp/${by}:${who}?secret=${key}&issuer=${by}`;
}
