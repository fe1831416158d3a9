import { execFileSync } from 'node:child_process';
import { createPrivateKey, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parsePublicKey } from '#/authentication/public-key.js';
import { type KeyEvidence, trustKey, verifyUserAuth as verifyTrusted } from '#/authentication/user-auth.js';

const TYPES = [
  ['ed25519', '', 'ssh-ed25519'],
  ['rsa', '3072', 'rsa-sha2-512'],
  ['ecdsa', '256', 'ecdsa-sha2-nistp256'],
  ['ecdsa', '384', 'ecdsa-sha2-nistp384'],
  ['ecdsa', '521', 'ecdsa-sha2-nistp521'],
] as const;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-keys-'));
  for (const [type, bits] of TYPES)
    execFileSync('ssh-keygen', [
      '-q',
      '-t',
      type,
      ...(bits === '' ? [] : ['-b', bits]),
      '-N',
      '',
      '-C',
      'a comment',
      '-f',
      join(folder, type + bits),
    ]);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** For a key that is registered. */
function verifyUserAuth(evidence: KeyEvidence, user: string): boolean {
  const at = { authorities: [], user, address: '192.0.2.1', now: 0 };
  const trusted = trustKey(evidence.key, [{ base64: evidence.key, verifyRequired: false }], at);
  return trusted.ok && verifyTrusted(evidence, user, trusted);
}

const str = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

function evidenceOf(name: string, algorithm: string, user: string) {
  const parsed = parsePublicKey(readFileSync(join(folder, `${name}.pub`), 'utf8'));
  if (!parsed.ok) throw new Error(parsed.why);
  const blob = Buffer.from(parsed.key.base64, 'base64');
  const signed = Buffer.concat([
    str(Buffer.alloc(32, 9)),
    Buffer.from([50]),
    str(user),
    str('ssh-connection'),
    str('publickey'),
    Buffer.from([1]),
    str(algorithm),
    str(blob),
  ]);
  const key = ssh2.utils.parseKey(readFileSync(join(folder, name)));
  if (key instanceof Error) throw key;
  const signature = key.sign(signed, algorithm === 'rsa-sha2-512' ? 'sha512' : undefined);
  if (signature instanceof Error) throw signature;
  return { key: parsed.key.base64, algorithm, signed, signature };
}

/** DER sequence of two integers → SSH's two mpints. */
function sshForm(der: Buffer): Buffer {
  let at = der[1] === 0x81 ? 3 : 2;
  const parts = [0, 1].map(() => {
    const length = der[at + 1] ?? 0;
    const part = der.subarray(at + 2, at + 2 + length);
    at += 2 + length;
    return str(part);
  });
  return Buffer.concat(parts);
}

test.each(TYPES.filter(([type]) => type === 'ecdsa'))(
  "an %s %s signature is verified in SSH's own form too",
  (type, bits, algorithm) => {
    const evidence = evidenceOf(type + bits, algorithm, 'alice');
    expect(verifyUserAuth({ ...evidence, signature: sshForm(evidence.signature) }, 'alice')).toBe(true);
  },
);

test.each(TYPES)('a real %s %s key is read, and its login signature verified', (type, bits, algorithm) => {
  const printed = execFileSync('ssh-keygen', ['-lf', join(folder, `${type}${bits}.pub`)], {
    encoding: 'utf8',
  });
  const parsed = parsePublicKey(readFileSync(join(folder, `${type}${bits}.pub`), 'utf8'));
  expect(parsed).toMatchObject({ ok: true, key: { comment: 'a comment' } });
  expect(printed).toContain(parsed.ok ? parsed.key.fingerprint : 'nothing');
  expect(verifyUserAuth(evidenceOf(type + bits, algorithm, 'alice'), 'alice')).toBe(true);
});

test('a signature for another user, another key, or changed bytes is refused', () => {
  const good = evidenceOf('ed25519', 'ssh-ed25519', 'alice');
  expect(verifyUserAuth(good, 'bob')).toBe(false);
  expect(
    verifyUserAuth({ ...good, key: evidenceOf('ecdsa256', 'ecdsa-sha2-nistp256', 'alice').key }, 'alice'),
  ).toBe(false);
  for (let at = 0; at < good.signature.length; at += 7) {
    const bent = Buffer.from(good.signature);
    bent[at] = (bent[at] ?? 0) ^ 1;
    expect(verifyUserAuth({ ...good, signature: bent }, 'alice')).toBe(false);
  }
  const raw = Buffer.from('anything else');
  const key = ssh2.utils.parseKey(readFileSync(join(folder, 'ed25519')));
  if (key instanceof Error) throw key;
  expect(
    verifyUserAuth(
      { ...good, signed: raw, signature: sign(null, raw, createPrivateKey(key.getPrivatePEM())) },
      'alice',
    ),
  ).toBe(false);
});

test.each([
  ['', 'is not an SSH public key'],
  ['ssh-ed25519 AAAA', 'is not an SSH public key'],
  ['no-pty ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==', 'is not an SSH public key'],
  ['-----BEGIN OPENSSH PRIVATE KEY-----', 'is a private key'],
  ['sk-ssh-ed25519@openssh.com AAAA', 'is not an SSH public key'],
  ['ssh-ed25519-cert-v01@openssh.com AAAA', 'is a certificate'],
])('%j is refused: %s', (line, why) => {
  const parsed = parsePublicKey(line);
  expect(parsed.ok ? 'accepted' : parsed.why).toContain(why);
});
