import { describe, expect, it } from 'vitest';
import { createKeyWatch } from '#/session/key-watch.js';
import { ownTime } from '../helpers/own-time.ts';

const typed = (...parts: readonly string[]): boolean[] => {
  const watch = createKeyWatch();
  return parts.map((part) => watch.typed(Buffer.from(part, 'latin1')));
};

describe('keys', () => {
  it.each([
    ['a letter', 'a'],
    ['Enter', '\r'],
    ['an arrow', '\x1b[A'],
    ['an application arrow', '\x1bOB'],
    ['a function key', '\x1b[15~'],
    ['Alt and a letter', '\x1bx'],
    ['a paste', '\x1b[200~ls\x1b[201~'],
    ["a key in kitty's way", '\x1b[97;5u'],
    ['a key among reports', '\x1b[24;80Rq\x1b[24;80R'],
  ])('%s is one', (_, bytes) => expect(typed(bytes)).toEqual([true]));
});

describe('what a terminal says by itself', () => {
  it.each([
    ['nothing', ''],
    ['where its cursor is', '\x1b[24;80R'],
    ['what it is', '\x1b[?62;22c\x1b[>1;10;0c'],
    ['that it is well', '\x1b[0n'],
    ['its size', '\x1b[8;24;80t'],
    ['its modes', '\x1b[?2026;2$y\x1b[?1u'],
    ['that it is in front', '\x1b[I\x1b[O'],
    ['where the mouse is', '\x1b[<35;10;12M\x1b[<0;10;12m\x1b[M !!\x1b[32;10;12M'],
    ['a colour', '\x1b]11;rgb:0000/0000/0000\x07'],
    ['a setting', '\x1bP1$r0m\x1b\\'],
  ])('is no key: %s', (_, bytes) => {
    expect(typed(bytes)).toEqual([false]);
    expect(typed(...bytes)).toEqual([...bytes].map(() => false));
  });
});

it('an Escape is counted with what comes after it, or waits for it', () => {
  expect(typed('\x1b', 'j')).toEqual([false, true]);
  const watch = createKeyWatch();
  const waits = ['\x1b', '[', '0n', 'a\x1b', '\x1b[A'].map((part) => {
    watch.typed(Buffer.from(part, 'latin1'));
    return watch.escape;
  });
  expect(waits).toEqual([true, false, false, true, false]);
});

it('takes no longer than its text is', () => {
  const start = ownTime();
  for (const piece of ['\x1bP', '\x1b[', '\x1b]1', '\x1b[1;', '1'])
    typed(piece.repeat(Math.ceil((4 * 1024 * 1024) / piece.length)));
  expect(ownTime() - start).toBeLessThan(5000);
});
