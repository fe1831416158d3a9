import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partialCharacter, wholeCharacters } from '#/terminal/whole-characters.js';

test.each([
  ['', 0],
  ['abc', 0],
  ['é', 0],
  ['\xc3', 1],
  ['\xe6\x97', 2],
  ['\xe6', 1],
  ['\xf0\x9f\x99', 3],
  ['\xf0\x9f\x99\x82', 0],
  ['\xff', 0],
  ['\x82\x82\x82', 0],
])('%j ends in %i bytes of a character that is not complete', (text, count) => {
  expect(partialCharacter(Buffer.from(text, text === 'é' ? 'utf8' : 'latin1'))).toBe(count);
});

test('no piece ends within a character, none is long, and together they are everything', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => Buffer.from(text)),
    fc.constantFrom('日本語', 'é', '🙂').map((text) => Buffer.from(text.repeat(30_000))),
  );
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 6 }), (chunks) => {
      const characters = wholeCharacters();
      const pieces = chunks.flatMap((chunk) => {
        const taken = characters.take(chunk);
        expect(taken.length).toBeGreaterThan(0);
        return taken;
      });
      expect(Buffer.concat([...pieces, characters.held]).equals(Buffer.concat(chunks))).toBe(true);
      expect(characters.held.length).toBeLessThan(4);
      for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(64 * 1024);
    }),
  );
});
