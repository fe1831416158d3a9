import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { RECOVERY, recoveryCode, recoveryHash } from '#/authentication/recovery-codes.js';
import { matchingStep, totpCode, totpStep } from '#/authentication/totp.js';

const SECRET = Buffer.from('12345678901234567890', 'ascii');

test.each([
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
])('RFC 6238, appendix B, SHA-1 at %i s: %s', (seconds, code) => {
  expect(totpCode(SECRET, totpStep(seconds * 1000), 8)).toBe(code);
});

test.each([
  [0, '755224'],
  [1, '287082'],
  [5, '254676'],
  [9, '520489'],
])('RFC 4226, appendix D, count %i: %s', (count, code) => {
  expect(totpCode(SECRET, count)).toBe(code);
});

test('oathtool computes the same codes, whatever the time', () => {
  for (const seconds of [0, 29, 30, 59, 1_700_000_000, 1_795_000_015, 4_102_444_799]) {
    const secret = randomBytes(20);
    const theirs = execFileSync('oathtool', ['--totp', `--now=@${seconds}`, secret.toString('hex')], {
      encoding: 'utf8',
    }).trim();
    expect(totpCode(secret, totpStep(seconds * 1000))).toBe(theirs);
  }
});

test('a code counts one step around its own, once, and nothing before it afterwards', () => {
  const now = 1_795_000_000_000;
  const here = totpStep(now);
  for (let off = -3; off <= 3; off += 1) {
    const step = matchingStep(SECRET, totpCode(SECRET, here + off), now, 0);
    expect(step, String(off)).toBe(Math.abs(off) <= 1 ? here + off : null);
  }
  expect(matchingStep(SECRET, totpCode(SECRET, here), now, here)).toBeNull();
  expect(matchingStep(SECRET, totpCode(SECRET, here - 1), now, here)).toBeNull();
  expect(matchingStep(SECRET, totpCode(SECRET, here + 1), now, here)).toBe(here + 1);
});

test.each(['', '12345', '1234567', 'abcdef', '٠١٢٣٤٥', ' '])('%j is no code', (typed) => {
  expect(matchingStep(SECRET, typed, 1_795_000_000_000, 0)).toBeNull();
});

test('recovery codes: all of their bits count; how they are typed does not', () => {
  expect(recoveryCode(Buffer.alloc(RECOVERY.bytes))).toBe('0000-0000-0000-0000');
  expect(recoveryCode(Buffer.alloc(RECOVERY.bytes, 0xff))).toBe('zzzz-zzzz-zzzz-zzzz');
  const code = recoveryCode(randomBytes(RECOVERY.bytes));
  const hash = recoveryHash('u1', code);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(recoveryHash('u1', ` ${code.toUpperCase().replaceAll('-', ' ').replaceAll('0', 'O')} `)).toBe(hash);
  expect(recoveryHash('u2', code)).not.toBe(hash);
  for (const wrong of ['', '123456', code.slice(1), `${code}0`, code.replace(/.$/, 'u')])
    expect(recoveryHash('u1', wrong)).toBeNull();
});
