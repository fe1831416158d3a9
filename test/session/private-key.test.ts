import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { sshNumber, sshString } from '#/session/agent-wire.js';
import { publicHalf, readWithoutStrings } from '#/session/private-key.js';

const folder = mkdtempSync(join(tmpdir(), 'keys-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let made = 0;
function keygen(type: readonly string[], passphrase = '') {
  const path = join(folder, `key${(made += 1)}`);
  execFileSync('ssh-keygen', ['-q', ...type, '-N', passphrase, '-f', path]);
  const [kind = '', base64 = ''] = readFileSync(`${path}.pub`, 'utf8').split(' ');
  return { secret: readFileSync(path), type: kind, blob: Buffer.from(base64, 'base64') };
}

describe('a private key, read without a string', () => {
  test.each([
    ['ed25519', ['-t', 'ed25519'], ''],
    ['ecdsa 256', ['-t', 'ecdsa', '-b', '256'], ''],
    ['ecdsa 384', ['-t', 'ecdsa', '-b', '384'], ''],
    ['ecdsa 521', ['-t', 'ecdsa', '-b', '521'], ''],
    ['rsa, PEM', ['-t', 'rsa', '-b', '2048', '-m', 'PEM'], ''],
    ['ecdsa, PEM', ['-t', 'ecdsa', '-m', 'PEM'], ''],
    ['rsa, PKCS #8', ['-t', 'rsa', '-b', '2048', '-m', 'PKCS8'], ''],
    ['rsa, PEM, locked', ['-t', 'rsa', '-b', '2048', '-m', 'PEM'], 'open sesame'],
    ['ecdsa, PKCS #8, locked', ['-t', 'ecdsa', '-m', 'PKCS8'], 'open sesame'],
  ])('%s: its public half is the one that ssh-keygen made', (_kind, type, passphrase) => {
    const { secret, ...half } = keygen(type, passphrase);
    const key = readWithoutStrings(secret, Buffer.from(passphrase));
    expect(key && publicHalf(key)).toEqual(half);
  });

  test('a scalar that is shorter than its curve, as one in 256 is', () => {
    let jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
    const scalar = () => Buffer.from(jwk.d ?? '', 'base64url');
    while (scalar()[0] !== 0)
      jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
    const half = publicHalf(createPrivateKey({ key: jwk, format: 'jwk' }));
    const check = Buffer.alloc(8, 7);
    const numbered = Buffer.concat([check, half?.blob ?? check, sshNumber(scalar()), sshString('')]);
    const file = Buffer.concat([
      Buffer.from('openssh-key-v1\0'),
      ...['none', 'none', ''].map(sshString),
      Buffer.of(0, 0, 0, 1),
      sshString(half?.blob ?? ''),
      sshString(numbered),
    ]);
    const secret = Buffer.from(
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${file.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`,
    );
    const key = readWithoutStrings(secret, Buffer.alloc(0));
    expect(key?.export({ format: 'jwk' })).toEqual(jwk);
  });

  test.each([
    ['a locked OpenSSH key', () => keygen(['-t', 'ed25519'], 'open sesame').secret],
    ['OpenSSH’s RSA', () => keygen(['-t', 'rsa', '-b', '2048']).secret],
    [
      'PEM without its passphrase',
      () => keygen(['-t', 'rsa', '-b', '2048', '-m', 'PEM'], 'open sesame').secret,
    ],
    ['nothing', () => Buffer.alloc(0)],
  ])('%s is not read here', (_what, secret) => {
    expect(readWithoutStrings(secret(), Buffer.alloc(0))).toBe(null);
  });

  test('a damaged one is another key, or none, and never an exception', () => {
    const { secret } = keygen(['-t', 'ecdsa']);
    fc.assert(
      fc.property(fc.nat(secret.length - 1), fc.nat(255), fc.boolean(), (at, byte, cut) => {
        const damaged = Buffer.from(cut ? secret.subarray(0, at) : secret);
        if (!cut) damaged[at] = byte;
        expect(() => readWithoutStrings(damaged, Buffer.alloc(0))).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });
});
