import fc from 'fast-check';
import { expect, test } from 'vitest';
import { oneLine } from '#/domain/failure.js';
import { checkName } from '#/domain/names.js';

test.each([
  ['alice', true],
  ['Élodie Müller', true],
  ['管理员', true],
  ['alice@corp.example', true],
  ['svc-db_01', true],
  ['', false],
  ['a'.repeat(65_536), false],
  ['a\u0000b', false],
  ['../x', false],
  ['..', false],
  ['-oProxyCommand=id', false],
  ['\u202egnp.exe', false],
  ['ad\u200bmin', false],
  ['tab\there', false],
  ['new\nline', false],
  [' alice', false],
  ['alice ', false],
  ['\u001b[31mred', false],
  ['a;b', false],
  ['$(id)', false],
  ['a`id`', false],
  ['\ud800', false],
  ['\ue000', false],
])('user name %j: %s', (raw, ok) => {
  expect(checkName('user', raw).ok).toBe(ok);
});

test.each([
  ['web1.example', true],
  ['192.0.2.1', true],
  ['2001:db8::1', true],
  ['[2001:db8::1]', true],
  ['bücher.example', true],
  ['web1 example', false],
  ['-web', false],
  ['a/b', false],
  ['web1#22', false],
])('address %j: %s', (raw, ok) => {
  expect(checkName('address', raw).ok).toBe(ok);
});

test('a checked name is fit for a line, and checking again changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (raw) => {
      const check = checkName('user', raw);
      if (!check.ok) return;
      expect(oneLine(check.name)).toBe(check.name);
      expect(checkName('user', check.name)).toEqual(check);
    }),
  );
});

test('oneLine lets nothing through that moves a cursor or hides text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (raw) => {
      expect(oneLine(raw)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});
