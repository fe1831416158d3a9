import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pastedText, type Stroke, strokesOf, strokesOfText } from '#/portal/strokes.js';

const key = (name: string) => ({ kind: 'key', key: name }) as Stroke;
const text = (typed: string): Stroke => ({ kind: 'text', text: typed });
const nothing = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
};

test.each([
  ['abc', [text('abc')]],
  ['secret\r', [text('secret'), key('enter')]],
  ['a\r\nb', [text('a'), key('enter'), text('b')]],
  ['web1\rwhoami\r', [text('web1'), key('enter'), text('whoami'), key('enter')]],
  ['a\x7f\b', [text('a'), key('backspace'), key('backspace')]],
  ['\x06\x11', [key('ctrl-f'), key('ctrl-q')]],
  ['x\ty', [text('x'), key('tab'), text('y')]],
  ['管理\u{1f600}', [text('管理\u{1f600}')]],
  ['\0\x1b\x1c\x9b', []],
  ['', []],
])('%j becomes strokes', (input, strokes) => {
  expect(strokesOfText(input)).toEqual(strokes);
});

test.each([
  ['', { upArrow: true }, [key('up')]],
  ['', { tab: true }, [key('tab')]],
  ['', { tab: true, shift: true }, [key('shiftTab')]],
  ['f', { ctrl: true }, [key('ctrl-f')]],
  [' ', { ctrl: true }, []],
  ['x', { meta: true }, []],
  ['j', {}, [text('j')]],
  ['x', { eventType: 'release' as const }, []],
])('input %j with %j', (input, pressed, strokes) => {
  expect(strokesOf(input, { ...nothing, ...pressed })).toEqual(strokes);
});

test('no control character is ever text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (input) => {
      for (const stroke of strokesOfText(input))
        if (stroke.kind === 'text') expect(stroke.text).not.toMatch(/\p{Cc}/u);
      expect(pastedText(input)).not.toMatch(/\p{Cc}/u);
    }),
  );
});

test('what is pasted presses nothing', () => {
  expect(pastedText('one\ntwo\r\n')).toBe('one two');
  expect(pastedText('p\u{e4}ss\x1b[31m')).toBe('päss[31m');
});
