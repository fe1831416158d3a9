import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rawBytes, rawText, shownText } from '#/domain/raw-text.js';

test('any bytes come back as they were, also through JSON', () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    fc.array(fc.constantFrom(0xc3, 0xa9, 0xed, 0xb2, 0x80, 0xf0, 0x9f, 0x98, 0x80, 0xff, 0x41), {
      maxLength: 20,
    }),
  );
  fc.assert(
    fc.property(anything, (bytes) => {
      const text = JSON.parse(JSON.stringify(rawText(Uint8Array.from(bytes)))) as string;
      expect(rawBytes(text)).toEqual(Buffer.from(bytes));
    }),
    { numRuns: 1000 },
  );
});

test('UTF-8 is the text that it is; what is not is shown by its number', () => {
  expect(rawText(Buffer.from('näh\u{1f600}'))).toBe('näh\u{1f600}');
  expect(shownText(rawText(Buffer.from([0x6e, 0xe4, 0x68])))).toBe('n\\xe4h');
});
