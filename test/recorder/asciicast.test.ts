import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CAST_CODES,
  type CastEvent,
  type CastVersion,
  decodeCastEvent,
  decodeCastHeader,
  encodeCastEvent,
  encodeCastHeader,
  knownTo,
} from '#/recorder/asciicast.js';

const version = fc.constantFrom<CastVersion>(2, 3);
const event = fc.record({
  at: fc.integer({ min: 0, max: 4_000_000_000 }),
  code: fc.constantFrom(...CAST_CODES),
  data: fc.string({ unit: 'binary' }),
});

describe('asciicast', () => {
  test('whatever events are written are read back, in both versions', () => {
    fc.assert(
      fc.property(version, fc.array(event), (which, events) => {
        const sorted = events.toSorted((a, b) => a.at - b.at);
        let previous = 0;
        const lines = sorted.map((one) => {
          const line = encodeCastEvent(which, one, previous);
          previous = one.at;
          return line;
        });
        previous = 0;
        const back: (CastEvent | null)[] = lines.map((line) => {
          const one = decodeCastEvent(which, line, previous);
          previous = one?.at ?? previous;
          return one;
        });
        expect(back).toEqual(sorted);
      }),
    );
  });

  test('a line is one line, whatever is in the data', () => {
    fc.assert(fc.property(version, event, (which, one) => !encodeCastEvent(which, one, 0).includes('\n')));
  });

  test('a header is read back, and names its size as its version does', () => {
    const header = {
      columns: 120,
      rows: 40,
      term: 'xterm-256color',
      startedAt: 1_700_000_000_000,
      title: 'root@web1',
    };
    for (const which of [2, 3] as const)
      expect(decodeCastHeader(encodeCastHeader(which, header))).toEqual({ version: which, header });
    expect(JSON.parse(encodeCastHeader(2, header))).toMatchObject({
      version: 2,
      width: 120,
      height: 40,
      timestamp: 1_700_000_000,
    });
    expect(JSON.parse(encodeCastHeader(3, header))).toMatchObject({
      version: 3,
      term: { cols: 120, rows: 40, type: 'xterm-256color' },
    });
  });

  test.each([
    '',
    '{',
    'null',
    '[]',
    '{"version":1,"width":80,"height":24}',
    '{"version":2,"width":0,"height":24}',
    '{"version":3,"width":80,"height":24}',
  ])('%j is no header', (line) => {
    expect(decodeCastHeader(line)).toBeNull();
  });

  test.each([
    '',
    '[',
    '{}',
    '[1,"o"]',
    '[-1,"o","x"]',
    '[1,"z","x"]',
    '["1","o","x"]',
    '[1,"o",2]',
    '[1,"o","x",3]',
  ])('%j is no event', (line) => {
    expect(decodeCastEvent(3, line, 0)).toBeNull();
  });

  test('only version 3 knows how a program ended', () => {
    expect(CAST_CODES.filter((code) => !knownTo(2, code))).toEqual(['x']);
    expect(CAST_CODES.every((code) => knownTo(3, code))).toBe(true);
  });
});
