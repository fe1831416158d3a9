import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TapeEvent } from '#/domain/tape.js';
import { decodeEvents, EventEncoder } from '#/recorder/tape-events.js';
import { Utf8Splitter } from '#/recorder/utf8-splitter.js';

/** Bytes with whole, broken and cut characters, as terminals see them. */
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 6 }).map((one) => Buffer.from(one)),
      fc.string({ unit: 'binary', maxLength: 6 }).map((text) => Buffer.from(text, 'utf8')),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.concat(parts));

const cuts = fc.array(fc.nat(200), { maxLength: 10 });

function cutAt(whole: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [
    0,
    ...places.map((place) => Math.min(place, whole.length)).toSorted((a, b) => a - b),
    whole.length,
  ];
  return sorted.slice(1).map((end, index) => whole.subarray(sorted[index], end));
}

describe('Utf8Splitter', () => {
  test('every way of cutting the bytes gives the same text, and the bytes are kept', () => {
    fc.assert(
      fc.property(bytes, cuts, (whole, places) => {
        const splitter = new Utf8Splitter();
        const parts = [...cutAt(whole, places).map((chunk) => splitter.push(chunk)), splitter.end()];
        expect(parts.map(({ text }) => text).join('')).toBe(whole.toString('utf8'));
        expect(Buffer.concat(parts.map(({ text, raw }) => raw ?? Buffer.from(text, 'utf8')))).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  test('a character that is cut in two comes out whole, and is no broken one', () => {
    const splitter = new Utf8Splitter();
    const euro = Buffer.from('€');
    expect(splitter.push(euro.subarray(0, 2))).toEqual({ text: '', raw: null });
    expect(splitter.push(euro.subarray(2))).toEqual({ text: '€', raw: null });
  });

  test('U+FFFD that was really sent is valid', () => {
    expect(new Utf8Splitter().push(Buffer.from('\uFFFD')).raw).toBeNull();
  });
});

const event: fc.Arbitrary<TapeEvent> = fc.oneof(
  fc.record({ at: fc.nat(5000), kind: fc.constant('output' as const), bytes }),
  fc.record({ at: fc.nat(5000), kind: fc.constant('input' as const), bytes }),
  fc.record({
    at: fc.nat(5000),
    kind: fc.constant('resize' as const),
    columns: fc.integer({ min: 1, max: 1000 }),
    rows: fc.integer({ min: 1, max: 500 }),
  }),
  fc.record({ at: fc.nat(5000), kind: fc.constant('marker' as const), label: fc.string({ unit: 'binary' }) }),
  fc.record({
    at: fc.nat(5000),
    kind: fc.constant('activity' as const),
    activity: fc.record({
      kind: fc.constant('change' as const),
      protocol: fc.constant('sftp' as const),
      operation: fc.string(),
      path: fc.string({ unit: 'binary' }),
      to: fc.option(fc.string({ unit: 'binary' })),
      result: fc.string(),
    }),
  }),
  fc.record({
    at: fc.nat(5000),
    kind: fc.constant('exit' as const),
    status: fc.integer({ min: 0, max: 255 }),
  }),
);

function allOf(kind: 'output' | 'input', events: readonly TapeEvent[]): Buffer {
  return Buffer.concat(events.flatMap((one) => (one.kind === kind ? [one.bytes] : [])));
}

describe('events of a tape', () => {
  test('come back byte for byte and in order, however they are spread over segments', () => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 30 }),
        fc.integer({ min: 1, max: 7 }),
        (unsorted, perSegment) => {
          const events = unsorted.toSorted((a, b) => a.at - b.at);
          const encoder = new EventEncoder();
          const back: TapeEvent[] = [];
          for (let from = 0; from < events.length; from += perSegment) {
            const { text, first } = encoder.encode(events.slice(from, from + perSegment));
            back.push(...decodeEvents(text, first));
          }
          const rest = encoder.end();
          back.push(...decodeEvents(rest.text, rest.first));
          expect(allOf('output', back)).toEqual(allOf('output', events));
          expect(allOf('input', back)).toEqual(allOf('input', events));
          const others = (list: readonly TapeEvent[]) =>
            list.filter(({ kind }) => kind !== 'output' && kind !== 'input');
          expect(others(back)).toEqual(others(events));
          expect(encoder.outputBytes).toBe(allOf('output', events).length);
        },
      ),
    );
  });

  test('keep their times, also when a clock goes back', () => {
    const encoder = new EventEncoder();
    const { text, first, last } = encoder.encode([
      { at: 100, kind: 'output', bytes: Buffer.from('a') },
      { at: 90, kind: 'output', bytes: Buffer.from('b') },
      { at: 250.4, kind: 'output', bytes: Buffer.from('c') },
    ]);
    expect({ first, last }).toEqual({ first: 100, last: 250 });
    expect(decodeEvents(text, first).map(({ at }) => at)).toEqual([100, 100, 250]);
  });

  test('bytes that are no UTF-8 are shown as U+FFFD and kept beside it', () => {
    const { text } = new EventEncoder().encode([
      { at: 0, kind: 'output', bytes: Buffer.from([0x61, 0xff, 0x62]) },
    ]);
    expect(text).toBe('[0.000,"o","a\uFFFDb"]\n[0.000,"b","Yf9i"]\n');
  });

  test('lines that are not ours are skipped', () => {
    expect(decodeEvents('# comment\n[1,"z","?"]\nnonsense\n[0.5,"o","x"]\n', 7)).toEqual([
      { at: 7, kind: 'output', bytes: Buffer.from('x') },
    ]);
  });
});
