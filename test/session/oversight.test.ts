import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cellsOf, coverOf, rowsOf } from '#/session/oversight/cover-lines.js';
import { overseePlain } from '#/session/oversight/oversee-plain.js';
import { startOversight } from '#/session/oversight/oversight.js';
import {
  type OversightEvent,
  oversee,
  ownersKeys,
  READING,
  UNTOUCHED,
} from '#/session/oversight/oversight-state.js';
import { createReportFilter } from '#/session/oversight/report-filter.js';

const after = (...events: OversightEvent[]) => events.reduce(oversee, UNTOUCHED);
const bytes = (text: string) => Buffer.from(text, 'latin1');
const SUSPEND = { type: 'suspend', by: 'sue', reason: 'look.', frozen: false } as const;
const MESSAGE = { type: 'message', by: 'tom', text: 'stop', at: 1000 } as const;
const key = (text: string, at: number): OversightEvent => ({ type: 'owner-key', bytes: bytes(text), at });

describe('what the owner of a session may type', () => {
  test.each<[string, OversightEvent[], ReturnType<typeof ownersKeys>]>([
    ['nothing was done', [], 'pass'],
    ['it is suspended', [SUSPEND], 'nothing'],
    ['it was resumed', [SUSPEND, { type: 'resume' }], 'pass'],
    ['somebody else has the keyboard', [{ type: 'take', by: 'tom' }], 'nothing'],
    ['it was handed back', [{ type: 'take', by: 'tom' }, { type: 'hand-back' }], 'pass'],
    ['suspended and handed back', [{ type: 'take', by: 'tom' }, SUSPEND, { type: 'hand-back' }], 'nothing'],
    ['a message is shown', [MESSAGE], 'read'],
    ['it is too early to have read it', [MESSAGE, key('\r', 1000 + READING - 1)], 'read'],
    ['he has read it', [MESSAGE, key('\r', 1000 + READING)], 'pass'],
    ['he has read it and pressed Escape', [MESSAGE, key('\x1b', 5000)], 'pass'],
    ['he pressed other keys', [MESSAGE, key('ab\x1b[A', 5000)], 'read'],
    ['a second message waits', [MESSAGE, MESSAGE, key('\r', 5000)], 'read'],
    ['the second was there for a moment', [MESSAGE, MESSAGE, key('\r', 5000), key('\r', 5001)], 'read'],
    ['both were read', [MESSAGE, MESSAGE, key('\r', 5000), key('\r', 6000)], 'pass'],
    ['a message was read while suspended', [SUSPEND, MESSAGE, key('\r', 5000)], 'nothing'],
    ['a note is shown', [{ type: 'note', text: 'audrey watches', until: 9 }], 'pass'],
  ])('%s', (_what, events, rule) => {
    expect(ownersKeys(after(...events))).toBe(rule);
  });

  test('is said over his screen, in full and without anything that steers it', () => {
    expect(coverOf(UNTOUCHED)).toBeNull();
    expect(coverOf(after({ ...SUSPEND, reason: 'a\x1b[31m\u202eb', frozen: true }))).toEqual({
      still: true,
      texts: [
        'Suspended by sue: a·[31m·b What you type does not reach the session. Its output is held back.',
      ],
    });
    expect(
      coverOf(after(MESSAGE, { type: 'note', text: 'x', until: 1 }, { type: 'time', at: 2 }))?.texts,
    ).toEqual(['Message from tom: stop', 'Press Enter to take the message away.']);
  });

  test('what is to stay stays until it is taken back, however many others come and go', () => {
    const note = (text: string, until: number): OversightEvent => ({ type: 'note', text, until });
    const stays = after(note('ends soon', Infinity), ...['a', 'b', 'c', 'd'].map((text) => note(text, 1)));
    expect(coverOf(stays)?.texts).toEqual(['c', 'd', 'ends soon']);
    const alone = oversee(stays, { type: 'time', at: 1e15 });
    expect(coverOf(alone)?.texts).toEqual(['ends soon']);
    expect(coverOf(oversee(alone, { type: 'note-over', text: 'ends soon' }))).toBeNull();
  });

  test('a text is broken into rows that fit, and nothing of it is lost', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 40 }), (text, columns) => {
        const rows = rowsOf(text, columns);
        expect(rows.every((row) => cellsOf(row) <= columns)).toBe(true);
        expect(rows.join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
      }),
    );
    expect(rowsOf('to be or not to be', 8)).toEqual(['to be or', 'not to', 'be']);
  });
});

describe('a keyboard that was taken over', () => {
  function rig() {
    const typed: string[] = [];
    const marks: string[] = [];
    const covers: unknown[] = [];
    const oversight = startOversight({
      now: () => 0,
      mark: (label) => marks.push(label),
      cover: (cover) => covers.push(cover),
      typed: (keys) => typed.push(keys.toString('latin1')),
      giveUp: () => marks.push('given up'),
    });
    return { oversight, typed, marks, covers };
  }
  const flow = { pause: () => undefined, resume: () => undefined };

  test('is one person’s at a time; what the owner types goes nowhere; both ends are on the tape', () => {
    const { oversight, typed, marks } = rig();
    expect(oversight.ownerTyped(bytes('a'))).toBe(true);
    const toms = oversight.takeOver('tom', flow);
    expect(oversight.takeOver('tim', flow)).toBeNull();
    expect(oversight.ownerTyped(bytes('a'))).toBe(false);
    toms?.type(bytes('ls\r'));
    toms?.handBack();
    toms?.handBack();
    toms?.type(bytes('rm\r'));
    expect(typed).toEqual(['ls\r']);
    expect(oversight.ownerTyped(bytes('a'))).toBe(true);
    expect(marks).toEqual(['tom takes over the keyboard', 'tom hands back the keyboard']);
  });

  test.each([
    [
      'keys',
      'abc\r\x1b[A\x1bOP\x1b[1;2R\x1b[3~\x03\x1bx\xc3\xa9',
      'abc\r\x1b[A\x1bOP\x1b[1;2R\x1b[3~\x03\x1bx\xc3\xa9',
    ],
    ['a lone Escape', '\x1b', '\x1b'],
    ['answers to DA, DSR and CPR', 'a\x1b[?62;c\x1b[0n\x1b[24;80R\x1b[>0;276;0cb', 'ab'],
    ['a title, a clipboard, a colour', '\x1b]lroot\x1b\\\x1b]52;c;QQ==\x07\x1b]11;rgb:0/0/0\x07x', 'x'],
    ['DECRQSS and termcap answers', '\x1bP1$r0m\x1b\\\x1bP1+r544e\x1b\\', ''],
    ['mouse and focus', '\x1b[<0;1;1M\x1b[<0;1;1m\x1b[M !!\x1b[I\x1b[O', ''],
    ['modes and windows', '\x1b[?2026;2$y\x1b[8;24;80t\x1b[?1u', ''],
  ])('lets %s through as they are to be', (_what, said, keys) => {
    for (let cut = 0; cut <= said.length; cut += 1) {
      // a lone Escape is not waited with: an answer is not cut right there in a test, and hardly ever on a wire
      if (said[cut - 1] === '\x1b') continue;
      const filter = createReportFilter();
      const heard = [said.slice(0, cut), said.slice(cut)].map((part) =>
        filter.keys(bytes(part)).toString('latin1'),
      );
      expect(heard.join(''), `cut at ${cut}`).toBe(keys);
    }
  });
});

test('a session without a terminal: nothing that is sent while it is suspended is lost, or goes through', () => {
  const did: string[] = [];
  const { oversight, gate } = overseePlain({
    now: () => 0,
    mark: (label) => did.push(`mark ${label}`),
    tell: (line) => did.push(`told ${line}`),
    holdInput: (held) => did.push(`input ${held ? 'held' : 'goes on'}`),
    holdOutput: (held) => did.push(`output ${held ? 'held' : 'goes on'}`),
  });
  const passes = (text: string) => gate.take(() => did.push(text));
  passes('one');
  oversight.suspend({ by: 'sue', reason: 'look', frozen: true });
  passes('two');
  gate.resume();
  expect(oversight.takeOver('tom', { pause: () => undefined, resume: () => undefined })).toBeNull();
  passes('three');
  oversight.resume('sue');
  oversight.message({ by: 'sue', text: 'go\x1b[2J on' });
  expect(did).toEqual([
    'one',
    'mark suspended by sue: look',
    'input held',
    'output held',
    'told suspended by sue: look',
    'mark resumed by sue',
    'told resumed by sue',
    'two',
    'three',
    'output goes on',
    'input goes on',
    'mark message from sue: go\x1b[2J on',
    'told message from sue: go·[2J on',
  ]);
});
