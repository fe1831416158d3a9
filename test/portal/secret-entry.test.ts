import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSecretEntry } from '#/portal/secret-entry.js';

test('holds what was typed, byte for byte, and takes back by characters', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }), { maxLength: 30 }),
      fc.nat(5),
      (typed, back) => {
        const entry = createSecretEntry();
        for (const text of typed) entry.type(text);
        for (let i = 0; i < back; i += 1) entry.erase();
        const characters = [...typed.join('')].slice(0, Math.max(0, [...typed.join('')].length - back));
        expect(entry.length).toBe(characters.length);
        expect(entry.take().toString()).toBe(characters.join(''));
        expect(entry.length).toBe(0);
      },
    ),
  );
});

test('leaves nothing behind', () => {
  const entry = createSecretEntry();
  entry.type('hunter2');
  const view = entry.bytes();
  entry.take().fill(0);
  expect(view.every((byte) => byte === 0)).toBe(true);
  entry.type('abc');
  const other = entry.bytes();
  entry.erase();
  expect(other[2]).toBe(0);
  entry.wipe();
  expect(other.every((byte) => byte === 0)).toBe(true);
});

test('takes no more than a password may have, and cuts no character', () => {
  const entry = createSecretEntry();
  entry.type('é'.repeat(5000));
  expect(entry.take().toString()).toBe('é'.repeat(512));
});

test('tells same from different', () => {
  const [one, other] = [createSecretEntry(), createSecretEntry()];
  one.type('päss');
  other.type('päs');
  expect(one.sameAs(other)).toBe(false);
  other.type('s');
  expect(one.sameAs(other)).toBe(true);
});
