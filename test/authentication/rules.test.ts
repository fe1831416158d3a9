import { expect, test } from 'vitest';
import { parseLogonHours, withinLogonHours } from '#/authentication/logon-hours.js';
import { checkNewPassword } from '#/authentication/password-rules.js';

const monday = Date.UTC(2026, 10, 23, 9, 30);

test.each([
  [null, true],
  ['Mon-Fri 08:00-18:00', true],
  ['Mon 09:30-09:31', true],
  ['Mon 08:00-09:30', false],
  ['Sat-Mon 00:00-24:00', true],
  ['Tue-Sun 00:00-24:00', false],
  ['Sun 00:00-24:00, Mon 09:00-10:00', true],
  ['any time', false],
  ['Mon 18:00-08:00', false],
])('logon hours %s on a Monday at 09:30 UTC: %s', (hours, allowed) => {
  expect(withinLogonHours(hours, monday)).toBe(allowed);
});

test.each(['Mon 8:00-9:00', 'Mon 08:60-09:00', 'Mon 08:00-25:00', 'Foo 08:00-09:00', ''])(
  'logon hours %j are refused',
  (hours) => {
    expect(parseLogonHours(hours)).toBeNull();
  },
);

test.each([
  ['correct horse battery', 'alice', true],
  ['short', 'alice', false],
  ['aaaaaaaaaaaaaaaaaaaa', 'bob', false],
  ['my-Alice-password-1', 'alice', false],
  ['пароль-из-двенадцати', 'alice', true],
  ['tab\tinside-password', 'alice', false],
])('new password %j of %s: %s', (password, user, ok) => {
  expect(checkNewPassword(Buffer.from(password), user).ok).toBe(ok);
});

test('a new password must be UTF-8', () => {
  expect(checkNewPassword(Buffer.from([...Buffer.from('abcdefghijklmnop'), 0xff]), 'alice').ok).toBe(false);
});
