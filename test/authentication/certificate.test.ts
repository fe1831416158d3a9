import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Circumstances, judgeCertificate } from '#/authentication/judge-certificate.js';
import { parsePublicKey } from '#/authentication/public-key.js';
import { trustKey, verifyUserAuth } from '#/authentication/user-auth.js';
import { signedFor, sshString } from './wire.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
let folder: string;
let at: Circumstances;

const keygen = (...args: readonly string[]) => execFileSync('ssh-keygen', ['-q', ...args], { stdio: 'pipe' });
const path = (name: string) => join(folder, name);
const blobOf = (file: string) => Buffer.from(readFileSync(file, 'utf8').split(' ')[1] ?? '', 'base64');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-certificates-'));
  for (const [name, ...how] of [
    ['ca', '-t', 'ed25519'],
    ['ca-rsa', '-t', 'rsa', '-b', '2048'],
    ['ca-ecdsa', '-t', 'ecdsa', '-b', '384'],
    ['other', '-t', 'ed25519'],
    ['ed25519', '-t', 'ed25519'],
    ['rsa', '-t', 'rsa', '-b', '2048'],
    ['ecdsa', '-t', 'ecdsa', '-b', '256'],
  ] as const)
    keygen(...how, '-N', '', '-f', path(name));
  const authorities = ['ca', 'ca-rsa', 'ca-ecdsa'].map((name) =>
    blobOf(path(`${name}.pub`)).toString('base64'),
  );
  at = { authorities, user: 'alice', address: '192.0.2.7', now: NOW };
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Has the real ssh-keygen make a certificate. */
function certify(
  options: readonly string[] = [],
  { ca = 'ca', key = 'ed25519', principals = 'bob,alice' } = {},
) {
  const names = principals === '' ? [] : ['-n', principals];
  keygen('-s', path(ca), '-I', 'an id', '-z', '42', ...names, ...options, path(`${key}.pub`));
  return blobOf(path(`${key}-cert.pub`));
}
const valid = ['-V', '20261123000000Z:20261124000000Z'];
const why = (blob: Buffer, more: Partial<Circumstances> = {}) => {
  const judged = judgeCertificate(blob, { ...at, ...more });
  return judged.ok ? 'fine' : judged.why;
};

test.each([
  ['ca', 'ed25519'],
  ['ca-rsa', 'ed25519'],
  ['ca-ecdsa', 'ed25519'],
  ['ca', 'rsa'],
  ['ca', 'ecdsa'],
])('a real certificate of %s for a key of %s is good, and no changed byte of it is', (ca, key) => {
  const blob = certify(valid, { ca, key });
  expect(judgeCertificate(blob, at)).toMatchObject({
    ok: true,
    verifyRequired: false,
    certificate: { id: 'an id', serial: 42n, principals: ['bob', 'alice'] },
  });
  for (let place = 0; place < blob.length; place += 5) {
    const bent = Buffer.from(blob);
    bent[place] = (bent[place] ?? 0) ^ 1;
    expect(why(bent), `byte ${place}`).not.toBe('fine');
  }
  expect(why(blob.subarray(0, -1))).toBe('certificate: not a certificate');
  expect(why(Buffer.concat([blob, Buffer.from([0])]))).toBe('certificate: not a certificate');
});

test('who may come in with it, and when', () => {
  const blob = certify(valid);
  const midnight = Date.UTC(2026, 10, 23);
  expect(why(blob, { user: 'carol' })).toContain('not among its principals');
  expect(why(blob, { user: 'ALICE' })).toContain('not among its principals');
  expect(why(blob, { now: midnight - 1 })).toContain('not valid yet');
  expect(why(blob, { now: midnight })).toBe('fine');
  expect(why(blob, { now: midnight + 86_400_000 - 1 })).toBe('fine');
  expect(why(blob, { now: midnight + 86_400_000 })).toContain('not valid any more');
  expect(why(certify(['-V', 'always:forever']))).toBe('fine');
  expect(why(certify(valid, { principals: '' }))).toContain('not among its principals');
});

test('only of an authority, only for users', () => {
  expect(why(certify(valid, { ca: 'other' }))).toContain('authority is not trusted');
  expect(why(certify([...valid, '-h']))).toContain('not a user certificate');
  expect(why(certify(valid), { authorities: [] })).toContain('authority is not trusted');
  expect(why(certify([...valid, '-t', 'rsa-sha2-256'], { ca: 'ca-rsa' }))).toBe('fine');
});

test('an authority that signs with SHA-1 is refused', () => {
  // this ssh-keygen still signs so when it is told to; a newer one refuses, which is as good
  let blob: Buffer;
  try {
    blob = certify([...valid, '-t', 'ssh-rsa'], { ca: 'ca-rsa' });
  } catch {
    return;
  }
  expect(why(blob)).toContain('signed with ssh-rsa');
});

test('a certificate cannot be an authority', () => {
  certify(valid, { key: 'other' });
  const line = readFileSync(path('other-cert.pub'), 'utf8');
  expect(parsePublicKey(line)).toMatchObject({ ok: false });
  // and where one got into the configuration all the same, its key's certificates are of another key
  const inner = certify(valid, { ca: 'other', key: 'ecdsa' });
  expect(why(inner, { authorities: [blobOf(path('other-cert.pub')).toString('base64')] })).toContain(
    'not trusted',
  );
});

test.each([
  ['source-address=192.0.2.0/24', 'fine'],
  ['source-address=198.51.100.1,192.0.2.7', 'fine'],
  ['source-address=198.51.100.0/24', 'certificate: not from this address'],
  ['source-address=2001:db8::/32', 'certificate: not from this address'],
])('%s: %s', (option, verdict) => {
  const blob = certify([...valid, '-O', option]);
  expect(why(blob)).toBe(verdict);
  expect(why(blob, { address: '::ffff:192.0.2.7' })).toBe(verdict);
  expect(why(blob, { address: 'login-shell' })).toBe('certificate: not from this address');
});

test('an IPv6 address within a network', () => {
  const blob = certify([...valid, '-O', 'source-address=2001:db8:1::/48']);
  expect(why(blob, { address: '2001:db8:1:2::3' })).toBe('fine');
  expect(why(blob, { address: '2001:db8:2::3' })).toContain('not from this address');
});

test.each([
  ['force-command=true', 'certificate: critical option force-command'],
  ['critical:surprise@example.com=1', 'certificate: critical option surprise@example.com'],
  ['no-pty', 'certificate: it does not permit a terminal'],
  ['extension:surprise@example.com=1', 'fine'],
])('with %s: %s', (option, verdict) => {
  expect(why(certify([...valid, '-O', option]))).toBe(verdict);
});

test.each([
  ['ed25519', 'ssh-ed25519-cert-v01@openssh.com', 'ssh-ed25519'],
  ['ecdsa', 'ecdsa-sha2-nistp256-cert-v01@openssh.com', 'ecdsa-sha2-nistp256'],
  ['rsa', 'rsa-sha2-512-cert-v01@openssh.com', 'rsa-sha2-512'],
])('the login signature of a %s certificate, by its own key only', (key, algorithm, plain) => {
  const blob = certify(valid, { key });
  const base64 = blob.toString('base64');
  const trusted = trustKey(base64, [], at);
  if (!trusted.ok) throw new Error(trusted.why);
  expect(trusted.how).toContain('certificate "an id" serial 42 of SHA256:');
  const evidence = (name: string, user = 'alice') => {
    const signed = signedFor(user, algorithm, blob);
    const parsed = ssh2.utils.parseKey(readFileSync(path(name)));
    if (parsed instanceof Error) throw parsed;
    const signature = parsed.sign(signed, name === 'rsa' ? 'sha512' : undefined);
    if (signature instanceof Error) throw signature;
    return { key: base64, algorithm, signed, signature: Buffer.concat([plain, signature].map(sshString)) };
  };
  expect(verifyUserAuth(evidence(key), 'alice', trusted)).toBe(true);
  expect(verifyUserAuth(evidence('other'), 'alice', trusted)).toBe(false);
  expect(verifyUserAuth(evidence(key, 'bob'), 'alice', trusted)).toBe(false);
  expect(verifyUserAuth({ ...evidence(key), algorithm: plain }, 'alice', trusted)).toBe(false);
});
