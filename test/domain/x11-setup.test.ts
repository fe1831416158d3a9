/** What a program says first to an X server: read however it comes, and said again with another key. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readX11Setup, withX11Key } from '#/domain/x11-setup.js';
import { rawSetup, type SetupParts } from '../helpers/x11-setup.ts';

const parts: fc.Arbitrary<SetupParts> = fc.record({
  order: fc.constantFrom('B', 'l'),
  name: fc.string({ unit: 'binary-ascii', maxLength: 256 }),
  data: fc.uint8Array({ maxLength: 256 }).map((bytes) => Buffer.from(bytes)),
});

test('the bytes of a real one', () => {
  // as xdpyinfo 1.3 says it with a cookie
  const hex = `6c000b00 00001200 10000000 ${Buffer.from('MIT-MAGIC-COOKIE-1\0\0').toString('hex')} 000102030405060708090a0b0c0d0e0f`;
  const real = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  expect(readX11Setup(real)).toEqual({ kind: 'whole', length: 48 });
  const key = { protocol: 'XDM-AUTHORIZATION-1', data: Buffer.from('abcdefabcdef', 'hex') };
  expect(withX11Key(Buffer.concat([real, Buffer.from('then')]), 48, key).toString('latin1')).toBe(
    'l\0\x0b\0\0\0\x13\0\x06\0\0\0XDM-AUTHORIZATION-1\0\xab\xcd\xef\xab\xcd\xef\0\0then',
  );
});

test('every beginning of one is no more than a beginning, and what follows it does not matter', () => {
  fc.assert(
    fc.property(parts, fc.uint8Array({ maxLength: 40 }), (of, after) => {
      const setup = rawSetup(of);
      for (let end = 0; end < setup.length; end += 1)
        if (readX11Setup(setup.subarray(0, end)).kind !== 'more') return false;
      const found = readX11Setup(Buffer.concat([setup, after]));
      return found.kind === 'whole' && found.length === setup.length;
    }),
  );
});

test('another key in its place, and nothing else is other: order, version, what follows', () => {
  fc.assert(
    fc.property(parts, parts, fc.uint8Array({ maxLength: 40 }), (of, key, after) => {
      const setup = rawSetup(of);
      const now = withX11Key(Buffer.concat([setup, after]), setup.length, {
        protocol: key.name,
        data: key.data,
      });
      expect(now).toEqual(Buffer.concat([rawSetup({ ...key, order: of.order }), after]));
    }),
  );
});

describe('what is none is seen as soon as it can be', () => {
  const good = rawSetup({ order: 'B', name: 'A', data: Buffer.from('b') });
  const changed = (at: number, value: number): Buffer => {
    const bytes = Buffer.from(good);
    bytes[at] = value;
    return bytes;
  };
  test.each([
    ['a byte that is no order', Buffer.from('L')],
    ['words of another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a zero', Buffer.of(0)],
    ['another version', changed(3, 10)],
    ['a version of the other order', changed(2, 11)],
    ['a name that is too long', changed(6, 0x01).subarray(0, 12)],
    ['data that are too long', changed(8, 0xff).subarray(0, 12)],
  ])('%s', (_what, bytes) => {
    expect(readX11Setup(bytes)).toEqual({ kind: 'malformed' });
  });
});
