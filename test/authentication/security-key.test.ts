import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parsePublicKey } from '#/authentication/public-key.js';
import { type RegisteredKey, trustKey, verifyUserAuth } from '#/authentication/user-auth.js';
import { signedFor, sshString as str } from './wire.ts';

const [PRESENT, VERIFIED] = [1, 4];
const AT = { authorities: [], user: 'alice', address: '192.0.2.1', now: 0 };

interface Authenticator {
  readonly type: string;
  readonly blob: Buffer;
  sign(message: Buffer, flags: number, counter: number): Buffer;
}

/** Signs as an authenticator does (OpenSSH's PROTOCOL.u2f), in the form that is left of it after the algorithm's name. */
function authenticator(kind: 'ed25519' | 'ecdsa', application = 'ssh:'): Authenticator {
  const digest = (data: string | Buffer) => createHash('sha256').update(data).digest();
  const trailer = (flags: number, counter: number) => {
    const bytes = Buffer.alloc(5);
    bytes[0] = flags;
    bytes.writeUInt32BE(counter, 1);
    return bytes;
  };
  const made = (
    type: string,
    fields: readonly Buffer[],
    raw: (message: Buffer) => Buffer,
  ): Authenticator => ({
    type,
    blob: Buffer.concat([str(type), ...fields, str(application)]),
    sign(message, flags, counter) {
      const end = trailer(flags, counter);
      return Buffer.concat([raw(Buffer.concat([digest(application), end, digest(message)])), end]);
    },
  });
  const point = (key: KeyObject, part: 'x' | 'y') =>
    Buffer.from((key.export({ format: 'jwk' }) as Record<string, string>)[part] ?? '', 'base64url');
  if (kind === 'ed25519') {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    return made('sk-ssh-ed25519@openssh.com', [str(point(publicKey, 'x'))], (message) =>
      sign(null, message, privateKey),
    );
  }
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const whole = Buffer.concat([Buffer.from([4]), point(publicKey, 'x'), point(publicKey, 'y')]);
  const mpint = (bytes: Buffer) =>
    str((bytes[0] ?? 0) > 127 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
  return made('sk-ecdsa-sha2-nistp256@openssh.com', [str('nistp256'), str(whole)], (message) => {
    const rs = sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return Buffer.concat([mpint(rs.subarray(0, 32)), mpint(rs.subarray(32))]);
  });
}

function register(key: Authenticator, verifyRequired = false): RegisteredKey {
  const line = `${verifyRequired ? 'verify-required ' : ''}${key.type} ${key.blob.toString('base64')} a stick`;
  const parsed = parsePublicKey(line);
  if (!parsed.ok) throw new Error(parsed.why);
  expect(parsed.key).toMatchObject({ type: key.type, comment: 'a stick', verifyRequired });
  return parsed.key;
}

function opens(
  key: Authenticator,
  registered: RegisteredKey,
  flags: number,
  bend?: (s: Buffer) => void,
): boolean {
  const base64 = key.blob.toString('base64');
  const signed = signedFor('alice', key.type, key.blob);
  const signature = key.sign(signed, flags, 7);
  bend?.(signature);
  const trusted = trustKey(base64, [registered], AT);
  return (
    trusted.ok && verifyUserAuth({ key: base64, algorithm: key.type, signed, signature }, 'alice', trusted)
  );
}

describe.each(['ed25519', 'ecdsa'] as const)('a security key, %s', (kind) => {
  const key = authenticator(kind);

  test('opens when it was touched, and only then', () => {
    const registered = register(key);
    expect(opens(key, registered, PRESENT)).toBe(true);
    expect(opens(key, registered, PRESENT | VERIFIED)).toBe(true);
    expect(opens(key, registered, 0)).toBe(false);
    expect(opens(key, registered, VERIFIED)).toBe(false);
  });

  test('registered with verify-required, opens only when it knew its owner', () => {
    const registered = register(key, true);
    expect(opens(key, registered, PRESENT)).toBe(false);
    expect(opens(key, registered, PRESENT | VERIFIED)).toBe(true);
  });

  test('does not open with flags, a counter or a signature that were changed afterwards', () => {
    const registered = register(key);
    for (const at of [1, 5, 6, 20])
      expect(
        opens(key, registered, PRESENT, (s) => (s[s.length - at] = (s[s.length - at] ?? 0) ^ 4)),
        String(at),
      ).toBe(false);
  });

  test('made for something else than SSH cannot be registered', () => {
    const web = authenticator(kind, 'https://example.com');
    expect(parsePublicKey(`${web.type} ${web.blob.toString('base64')}`)).toMatchObject({ ok: false });
  });
});

test('an ordinary key cannot be required to see its owner', () => {
  const { publicKey } = generateKeyPairSync('ed25519');
  const x = Buffer.from(String(publicKey.export({ format: 'jwk' }).x), 'base64url');
  const line = `ssh-ed25519 ${Buffer.concat([str('ssh-ed25519'), str(x)]).toString('base64')}`;
  expect(parsePublicKey(line)).toMatchObject({ ok: true });
  expect(parsePublicKey(`verify-required ${line}`)).toMatchObject({ ok: false });
});
