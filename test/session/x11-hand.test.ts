/** Keys and buttons in what a display sends, and nothing else of it, in any split. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { watchX11Hand } from '#/session/x11-hand.js';

const UNIT = 32;

/** What a server sends, put together from the words of the protocol; numbers in the order that the program chose. */
function server(order: 'B' | 'l') {
  const word = (bytes: Buffer, at: number, value: number): void =>
    void (order === 'l' ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at));
  const long = (bytes: Buffer, at: number, value: number): void =>
    void (order === 'l' ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at));
  const unit = (type: number, more = 0, filling = 2): Buffer => {
    const bytes = Buffer.alloc(UNIT + 4 * more, filling);
    bytes[0] = type;
    long(bytes, 4, more);
    return bytes;
  };
  return {
    greeting(words: number): Buffer {
      // everything in it looks like a key
      const bytes = Buffer.alloc(8 + 4 * words, 2);
      word(bytes, 6, words);
      return bytes;
    },
    reply: (more: number) => unit(1, more),
    event: (type: number) => unit(type),
    generic(kind: number, more: number): Buffer {
      const bytes = unit(35, more);
      word(bytes, 8, kind);
      return bytes;
    },
  };
}

type Piece = readonly [
  'reply' | 'error' | 'motion' | 'sent' | 'key' | 'button' | 'xinput' | 'present',
  number,
];
const piece: fc.Arbitrary<Piece> = fc.tuple(
  fc.constantFrom('reply', 'error', 'motion', 'sent', 'key', 'button', 'xinput', 'present'),
  fc.nat({ max: 40 }),
);

function said(order: 'B' | 'l', [what, more]: Piece): Buffer {
  const its = server(order);
  const made = {
    reply: () => its.reply(more),
    error: () => its.event(0),
    motion: () => its.event(6),
    // a key that a program has sent to itself
    sent: () => its.event(2 | 0x80),
    key: () => its.event(2),
    button: () => its.event(4),
    xinput: () => its.generic(more % 2 === 0 ? 2 : 4, 12 + more),
    present: () => its.generic(2, Math.min(more, 11)),
  };
  return made[what]();
}
const isPress = ([what]: Piece): boolean => ['key', 'button', 'xinput'].includes(what);

test('each press is found in whatever pieces it comes, and nothing else is taken for one', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('B', 'l'),
      fc.nat({ max: 300 }),
      fc.array(piece, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 }),
      (order, words, pieces, cuts) => {
        const hand = watchX11Hand();
        hand.asked(Buffer.from(order));
        hand.asked(Buffer.from('B'));
        expect(hand.pressed(server(order).greeting(words))).toBe(false);
        for (const one of pieces) {
          const bytes = said(order, one);
          let pressed = 0;
          for (let at = 0, n = 0; at < bytes.length; n += 1) {
            const size = cuts[n % cuts.length] ?? 1;
            if (hand.pressed(bytes.subarray(at, at + size))) pressed += 1;
            at += size;
          }
          if (pressed !== (isPress(one) ? 1 : 0)) return false;
        }
        return true;
      },
    ),
  );
});

test('many at once are seen as one use', () => {
  const hand = watchX11Hand();
  hand.asked(Buffer.from('l'));
  const its = server('l');
  expect(hand.pressed(Buffer.concat([its.greeting(9), its.reply(3), its.event(2), its.event(4)]))).toBe(true);
  expect(hand.pressed(Buffer.concat([its.event(3), its.event(5)]))).toBe(false);
});
