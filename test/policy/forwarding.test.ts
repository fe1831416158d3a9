import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  forwardText,
  forwardTo,
  listenAt,
  listenText,
  parsePattern,
  patternText,
  readForward,
  readListen,
} from '#/domain/forward-pattern.js';
import { forwardDenial, mayForward, mayListen } from '#/policy/forwarding.js';

const may = (host: string, port: number, ...allowed: string[]): boolean => {
  const to = forwardTo(host, port);
  return to !== null && mayForward(to, allowed).ok;
};

describe('a place to forward to', () => {
  test.each<[string, number, string, boolean]>([
    ['127.0.0.1', 80, '127.0.0.1:80', true],
    ['127.0.0.1', 81, '127.0.0.1:80', false],
    ['127.0.0.1', 65_535, '127.0.0.1:*', true],
    ['127.0.0.1', 8000, '127.0.0.1:8000-8002', true],
    ['127.0.0.1', 8002, '127.0.0.1:8000-8002', true],
    ['127.0.0.1', 8003, '127.0.0.1:8000-8002', false],
    ['127.0.0.1', 7999, '127.0.0.1:8000-8002', false],
    ['localhost', 80, '127.0.0.1:80', false],
    ['127.1', 80, '127.0.0.1:80', false],
    ['DB1.Example.COM', 5432, 'db1.example.com:5432', true],
    ['db1.example.com', 5432, '*.EXAMPLE.com:5432', true],
    ['a.b.example.com', 5432, '*.example.com:5432', true],
    ['example.com', 5432, '*.example.com:5432', false],
    ['.example.com', 5432, '*.example.com:5432', false],
    ['badexample.com', 5432, '*.example.com:5432', false],
    ['db1.example.com.evil.test', 5432, '*.example.com:5432', false],
    ['anything.at.all', 1, '*:*', true],
    ['::1', 443, '[::1]:443', true],
    ['[::1]', 443, '[0:0:0:0:0:0:0:1]:443', true],
    ['::ffff:127.0.0.1', 443, '127.0.0.1:443', false],
    ['::1', 443, '*:443', true],
  ])('%s port %i, where %s is allowed: %s', (host, port, allowed, expected) => {
    expect(may(host, port, allowed)).toBe(expected);
    expect(may(host, port, 'other.test:1', allowed)).toBe(expected);
    expect(may(host, port)).toBe(false);
  });

  test.each([
    ['', 80],
    ['-oProxyCommand=x', 80],
    ['a b', 80],
    ['a:b:c:g', 80],
    ['a%h', 80],
    ['a\n', 80],
    ['a/b', 80],
    ['[a]', 0],
    ['a', 0],
    ['a', 65_536],
    ['a', 1.5],
    ['a,b', 80],
    ['*', 80],
    ['x'.repeat(254), 80],
    ['fe80::1%eth0', 80],
  ])('is not "%s" port %d', (host, port) => {
    expect(forwardTo(host, port)).toBeNull();
  });

  test('that may not be reached says which may', () => {
    const to = { host: '::1', port: 1 };
    const denied = "[::1]:1 is not in localForwarding of the account's policy";
    expect(forwardDenial(to, [])).toBe(`${denied} (nothing is)`);
    expect(forwardDenial(to, ['a:1', 'b:2'])).toBe(`${denied} (allowed: a:1, b:2)`);
  });

  test('is reached by the first pattern that covers it, and by none that cannot be read', () => {
    const to = { host: 'db.example.com', port: 5432 };
    expect(mayForward(to, ['nonsense', '*.example.com:5432', '*:*'])).toEqual({
      ok: true,
      by: '*.example.com:5432',
    });
    expect(mayForward(to, ['nonsense', '*:1'])).toEqual({ ok: false });
    // nor is a domain one of the names within it
    expect(mayForward({ host: '.example.com', port: 5432 }, ['*.example.com:5432'])).toEqual({ ok: false });
  });
});

describe('a pattern', () => {
  test.each([
    'a',
    'a:',
    ':1',
    'a:0',
    'a:65536',
    'a:2-1',
    'a:1-',
    'a:-1',
    '-a:1',
    '*.:1',
    '*a:1',
    'a.*:1',
    '[a]:1',
    '[::1:1',
    '::1:1',
    'a b:1',
    'a:1:2',
    '[fe80::1%e]:1',
    '**:1',
  ])('is not %s', (text) => expect(parsePattern(text)).toBeNull());

  const host = fc.constantFrom('*', '*.example.com', 'a_b.test', '10.0.0.1', '[::1]', '[2001:db8::1]');
  const port = fc.integer({ min: 1, max: 65_535 });
  test('is written as it is read', () => {
    fc.assert(
      fc.property(host, port, port, (name, one, two) => {
        const text = one < two ? `${name}:${one}-${two}` : `${name}:${one}`;
        const pattern = parsePattern(text);
        expect(pattern).not.toBeNull();
        if (pattern !== null)
          expect(patternText(pattern)).toBe(text === `${name}:1-65535` ? `${name}:*` : text);
      }),
    );
  });

  test('covers exactly its own place when it is one', () => {
    const places = fc.tuple(fc.constantFrom('a.test', '10.0.0.1', '::1'), port);
    fc.assert(
      fc.property(places, places, ([a, p], [b, q]) => {
        const to = forwardTo(b, q);
        expect(to).not.toBeNull();
        if (to !== null)
          expect(mayForward(to, [forwardText({ host: a, port: p })]).ok).toBe(a === b && p === q);
      }),
    );
  });
});

describe('a place to listen at', () => {
  test.each<[string, number, string, boolean]>([
    ['localhost', 8080, 'localhost:8080', true],
    ['localhost', 8080, 'localhost:*', true],
    ['localhost', 8081, 'localhost:8080', false],
    ['localhost', 0, 'localhost:*', true],
    ['localhost', 0, 'localhost:8080', false],
    ['localhost', 0, 'localhost:1-65534', false],
    ['LOCALHOST', 80, 'localhost:80', true],
    ['', 80, 'localhost:80', false],
    ['', 80, '*:80', true],
    ['*', 80, '*:80', true],
    ['*', 80, '*.test:80', false],
    ['*', 80, 'all:80', false],
    ['0.0.0.0', 80, 'localhost:80', false],
    ['::1', 80, '[::1]:80', true],
    ['::', 0, '*:*', true],
  ])('%j port %i, where %s is allowed: %s', (host, port, allowed, expected) => {
    const at = listenAt(host, port);
    expect(at !== null && mayListen(at, ['other.test:1', allowed]).ok).toBe(expected);
    expect(at !== null && mayListen(at, []).ok).toBe(false);
    // nobody takes it for a place to forward to, or the other way round
    if (at !== null) expect([readListen(listenText(at)), readForward(listenText(at))]).toEqual([at, null]);
  });

  test.each([
    ['a b', 80],
    ['localhost', -1],
    ['localhost', 65_536],
    ['localhost', 1.5],
    ['a:b:c:z', 80],
    ['*.test', 80],
  ])('%j port %d is none', (host, port) => {
    expect(listenAt(host, port)).toBeNull();
  });

  test.each(['127.0.0.1:80', '[::1]:80', 'listen ', 'listen x', 'listen a b:80'])(
    '%s says of none',
    (text) => {
      expect(readListen(text)).toBeNull();
    },
  );
});
