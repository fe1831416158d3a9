import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EnvelopePlace, open, seal } from '#/vault/envelope.js';

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((one) => Buffer.from(one));
const word = fc.string({ maxLength: 12 });
const place: fc.Arbitrary<EnvelopePlace> = fc.record({
  purpose: fc.constantFrom('safe-key', 'account-secret', 'object-secret'),
  table: word,
  row: word,
  version: fc.nat({ max: 1000 }),
  context: fc.array(word, { maxLength: 4 }),
});
const case_ = fc.record({
  key: bytes(32),
  nonce: bytes(12),
  plaintext: fc.uint8Array({ maxLength: 200 }),
  place,
});

describe('an envelope', () => {
  test('opens as what was sealed', () => {
    fc.assert(
      fc.property(case_, ({ key, nonce, plaintext, place: at }) => {
        expect(open(key, seal(key, nonce, plaintext, at), at)).toEqual(Buffer.from(plaintext));
      }),
    );
  });

  test('does not open with any bit of it flipped', () => {
    fc.assert(
      fc.property(case_, fc.nat(), ({ key, nonce, plaintext, place: at }, n) => {
        const sealed = seal(key, nonce, plaintext, at);
        const bit = n % (sealed.length * 8);
        sealed[bit >> 3] = (sealed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(open(key, sealed, at)).toBeNull();
      }),
    );
  });

  test('does not open cut short, or with something after it', () => {
    fc.assert(
      fc.property(case_, fc.nat(), ({ key, nonce, plaintext, place: at }, n) => {
        const sealed = seal(key, nonce, plaintext, at);
        expect(open(key, sealed.subarray(0, n % sealed.length), at)).toBeNull();
        expect(open(key, Buffer.concat([sealed, Buffer.from([0])]), at)).toBeNull();
      }),
    );
  });

  test('opens in no other place, however alike', () => {
    fc.assert(
      fc.property(case_, place, ({ key, nonce, plaintext, place: at }, other) => {
        fc.pre(JSON.stringify(at) !== JSON.stringify(other));
        expect(open(key, seal(key, nonce, plaintext, at), other)).toBeNull();
      }),
    );
  });

  const at: EnvelopePlace = {
    purpose: 'account-secret',
    table: 'secrets',
    row: 'a1',
    version: 2,
    context: ['root', 'web1'],
  };
  test.each<[string, Partial<EnvelopePlace>]>([
    ['another row', { row: 'a2' }],
    ['an older version', { version: 1 }],
    ['another table', { table: 'objects' }],
    ['another purpose', { purpose: 'object-secret' }],
    ['another address', { context: ['root', 'web2'] }],
    ['the same letters, cut elsewhere', { context: ['rootw', 'eb1'] }],
    ['the same letters, moved to another field', { table: 'secretsa', row: '1' }],
  ])('does not open in %s', (_what, change) => {
    const key = Buffer.alloc(32, 1);
    const sealed = seal(key, Buffer.alloc(12, 2), Buffer.from('s3cret'), at);
    expect(open(key, sealed, at)?.toString()).toBe('s3cret');
    expect(open(key, sealed, { ...at, ...change })).toBeNull();
  });

  test('does not open with another key, and refuses keys and nonces of a wrong length', () => {
    const sealed = seal(Buffer.alloc(32, 1), Buffer.alloc(12), Buffer.from('s3cret'), at);
    expect(open(Buffer.alloc(32, 2), sealed, at)).toBeNull();
    expect(() => open(Buffer.alloc(31), sealed, at)).toThrow(RangeError);
    expect(() => seal(Buffer.alloc(32), Buffer.alloc(11), Buffer.alloc(0), at)).toThrow(RangeError);
  });
});
