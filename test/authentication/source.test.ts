import { describe, expect, it } from 'vitest';
import { countedSource, sourceOf } from '#/authentication/source.js';

describe('where a login came from', () => {
  it.each([
    ['192.0.2.7', 'ssh', '192.0.2.7'],
    ['192.0.2.7', 'login-shell', 'login-shell (192.0.2.7)'],
    ['login-shell', 'login-shell', 'login-shell'],
  ] as const)('%s by %s is %s', (from, via, source) => expect(sourceOf(from, via)).toBe(source));
});

describe('failed logins are counted', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002:ffff::9', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['login-shell', 'login-shell'],
    ['login-shell (192.0.2.7)', 'login-shell'],
  ])('%s as %s', (source, counted) => expect(countedSource(source)).toBe(counted));
});
