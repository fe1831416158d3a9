import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { failure } from '#/domain/failure.js';
import { FAILURES } from '#/domain/failures.js';
import { fingerprint, parseHostKey } from '#/domain/host-key.js';
import { makeId, parseId } from '#/domain/ids.js';
import { PERMISSIONS, PRESETS } from '#/domain/permission.js';
import { Secret } from '#/domain/secret.js';
import { clampSize, cleanTerm } from '#/domain/session.js';

test('a secret prints as <secret> everywhere, wipes its source, and cannot be opened once wiped', () => {
  const source = Buffer.from('hunter2');
  const secret = Secret.take(source);
  expect(source.equals(Buffer.alloc(7))).toBe(true);
  for (const printed of [
    String(secret),
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ deep: [secret] }),
    `${secret}`,
  ]) {
    expect(printed).toContain('<secret>');
    expect(printed).not.toContain('hunter2');
  }
  const bytes = secret.exposeSecret();
  expect(bytes.toString()).toBe('hunter2');
  secret.wipe();
  expect(bytes.equals(Buffer.alloc(7))).toBe(true);
  expect(() => secret.exposeSecret()).toThrow('wiped');
});

test('ids are of their kind only', () => {
  const id = makeId('account', randomBytes(20));
  expect(parseId('account', id)).toBe(id);
  expect(parseId('session', id)).toBeNull();
  expect(parseId('account', `${id}x`)).toBeNull();
  expect(parseId('account', '../../../../etc/passwd')).toBeNull();
});

test('every failure says what to do next, on one line', () => {
  for (const code of Object.keys(FAILURES) as (keyof typeof FAILURES)[]) {
    const made = failure(code, 'line one\nline two \u001b[31m');
    expect(made.message).not.toMatch(/\p{Cc}|\{detail\}/u);
    expect(made.next.length).toBeGreaterThan(5);
    expect(failure(code).message).not.toContain('()');
  }
});

test.each([
  [0, 0, 80, 24],
  [1, 1, 1, 1],
  [500, 300, 500, 300],
  [100_000, 5, 1000, 5],
  [-1, Number.NaN, 80, 24],
  [4_294_967_295, 4_294_967_295, 1000, 500],
])('a terminal of %i x %i becomes %i x %i', (columns, rows, c, r) => {
  expect(clampSize(columns, rows)).toEqual({ columns: c, rows: r });
});

test.each([
  ['xterm', 'xterm'],
  ['screen.xterm-256color', 'screen.xterm-256color'],
  ['', 'xterm-256color'],
  ['a b', 'xterm-256color'],
  ['../../x', 'xterm-256color'],
  ['x'.repeat(65), 'xterm-256color'],
])('TERM %j becomes %s', (term, clean) => {
  expect(cleanTerm(term)).toBe(clean);
});

test('presets hold known permissions, and never both levels of authorization', () => {
  for (const preset of Object.values(PRESETS) as (readonly string[])[]) {
    for (const one of preset) expect(PERMISSIONS).toContain(one);
    expect(
      preset.includes('requestsAuthorizationLevel1') && preset.includes('requestsAuthorizationLevel2'),
    ).toBe(false);
  }
});

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
test.each([
  [`ssh-ed25519 ${KEY}`, true],
  [`ssh-ed25519 ${KEY} comment here`, true],
  [`ssh-rsa ${KEY}`, false],
  ['ssh-ed25519', false],
  [`web1 ssh-ed25519 ${KEY}`, false],
  ['', false],
])('host key %j: %s', (text, ok) => {
  expect(parseHostKey(text) !== null).toBe(ok);
});

test("fingerprints are OpenSSH's", () => {
  // ssh-keygen -lf of GitHub's published ed25519 host key
  expect(fingerprint({ type: 'ssh-ed25519', base64: KEY })).toBe(
    'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU',
  );
});
