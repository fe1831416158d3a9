import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { measuredWidth } from '#/portal/measured-width.js';

const ESC = '\u001b';

describe('the width of a text', () => {
  test('of each character of the first planes is what string-width says', () => {
    const wrong: string[] = [];
    for (let code = 0; code < 0x1_0000; code += 1) {
      const character = String.fromCharCode(code);
      if (measuredWidth(character) !== stringWidth(character)) wrong.push(code.toString(16));
    }
    expect(wrong).toEqual([]);
  });

  test('of texts of any such characters, with what may join them and with colours, is too', () => {
    const unit = fc.oneof(
      fc.constantFrom(...'aé·…│─┘●★✓✗▸→‖■━┿▲▼©®'),
      fc.constantFrom(
        '\u0301',
        '\ufe0f',
        '\u200d',
        '\u20e3',
        '家',
        '👍',
        '\u1100',
        '\u1161',
        ESC,
        '\u009b',
        '\t',
      ),
      fc.constantFrom(`${ESC}[1m`, `${ESC}[38;5;12m`, `${ESC}[0m`, `${ESC}]8;;http://x\u0007`, `${ESC}[2K`),
      fc.integer({ min: 0x20, max: 0x2bff }).map((code) => String.fromCharCode(code)),
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 12 }), (units) => {
        const text = units.join('');
        expect(measuredWidth(text)).toBe(stringWidth(text));
      }),
      { numRuns: 5000 },
    );
  });

  test('with the escape codes counted is left to string-width', () => {
    const text = `${ESC}[1mbold${ESC}[0m`;
    const options = { countAnsiEscapeCodes: true };
    expect(measuredWidth(text, options)).toBe(stringWidth(text, options));
  });
});
