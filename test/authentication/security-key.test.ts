import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parsePublicKey } from '#/authentication/public-key.js';
import { type RegisteredKey, trustKey, verifyUserAuth } from '#/authentication/user-auth.js';
import { type Authenticator, authenticator } from '../helpers/security-key.ts';
import { signedFor, sshString as str } from './wire.ts';

const [PRESENT, VERIFIED] = [1, 4];
const AT = { authorities: [], user: 'alice', address: '192.0.2.1', now: 0 };

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
