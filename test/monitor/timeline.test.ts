import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advance, beginning, obey, type Playhead, type Timeline } from '#/monitor/timeline.js';

/** Something from 0 to 1 s, from 11 s to 12 s, from 13 s to 20 s. */
const timeline: Timeline = {
  durationMs: 20_000,
  running: false,
  gaps: [
    { from: 1000, to: 11_000 },
    { from: 12_000, to: 13_000 },
  ],
  markers: [
    { at: 500, label: 'a' },
    { at: 11_500, label: 'b' },
    { at: 15_000, label: 'c' },
  ],
};
const start = beginning(0);
const at = (position: number, more: Partial<Playhead> = {}): Playhead => ({
  ...start,
  at: position,
  ...more,
});

describe('advance', () => {
  test.each<[string, Playhead, number, number, Playhead['state']]>([
    ['plays in its own time', start, 700, 700, 'playing'],
    ['twice as fast', at(0, { speed: 2 }), 700, 1400, 'playing'],
    ['half as fast', at(0, { speed: 0.5 }), 700, 350, 'playing'],
    ['stands while paused', at(300, { state: 'paused' }), 5000, 300, 'paused'],
    ['ends at the end', start, 30_000, 20_000, 'ended'],
    ['stays at the end', at(20_000, { state: 'ended' }), 30_000, 20_000, 'ended'],
    ['does not go back with a clock that does', at(300, { clock: 1000 }), 0, 300, 'playing'],
    ['before a pause nothing is shorter', at(0, { idleLimit: 2000 }), 900, 900, 'playing'],
    ['half through a shortened pause', at(0, { idleLimit: 2000 }), 2000, 6000, 'playing'],
    ['after a shortened pause', at(0, { idleLimit: 2000 }), 3500, 11_500, 'playing'],
    ['from within a shortened pause', at(6000, { idleLimit: 2000 }), 1500, 11_500, 'playing'],
    ['a pause within the limit keeps its length', at(11_000, { idleLimit: 2000 }), 1500, 12_500, 'playing'],
    ['both pauses shortened', at(0, { idleLimit: 500 }), 1000 + 500 + 1000 + 500 + 1000, 14_000, 'playing'],
    ['shortened and faster', at(0, { idleLimit: 2000, speed: 2 }), 1750, 11_500, 'playing'],
  ])('%s', (_, head, clock, position, state) => {
    expect(advance(head, timeline, clock)).toEqual({ ...head, clock, at: position, state });
  });

  test('many small steps lead where one large step leads', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 40 }),
        fc.constantFrom(0, 300, 2000),
        fc.constantFrom(0.25, 1, 16),
        (steps, idleLimit, speed) => {
          let small = at(0, { idleLimit, speed });
          let clock = 0;
          for (const step of steps) {
            clock += step;
            small = advance(small, timeline, clock);
          }
          expect(small.at).toBeCloseTo(advance(at(0, { idleLimit, speed }), timeline, clock).at, 5);
        },
      ),
    );
  });
});

describe('obey', () => {
  test.each<[string, Playhead, Parameters<typeof obey>[2], Partial<Playhead>]>([
    ['pause', at(5), { type: 'pause' }, { at: 105, state: 'paused' }],
    ['play', at(5, { state: 'paused' }), { type: 'play' }, { at: 5, state: 'playing' }],
    ['play at the end stays there', at(20_000, { state: 'ended' }), { type: 'play' }, { state: 'ended' }],
    ['seek while playing plays on', at(5), { type: 'seek', to: 7000 }, { at: 7000, state: 'playing' }],
    [
      'seek back from the end waits there',
      at(20_000, { state: 'ended' }),
      { type: 'seek', to: 0 },
      { at: 0, state: 'paused' },
    ],
    ['seek before the beginning', at(5), { type: 'seek', to: -1e9 }, { at: 0 }],
    ['seek past the end', at(5), { type: 'seek', to: 1e9 }, { at: 20_000, state: 'ended' }],
    ['another speed counts from now on', at(0), { type: 'speed', factor: 4 }, { at: 100, speed: 4 }],
    ['an idle limit', at(0), { type: 'idle', limit: 2000 }, { at: 100, idleLimit: 2000 }],
    ['the next marker', at(600, { state: 'paused' }), { type: 'marker', direction: 'next' }, { at: 11_500 }],
    [
      'no next marker',
      at(16_000, { state: 'paused' }),
      { type: 'marker', direction: 'next' },
      { at: 16_000 },
    ],
    [
      'the marker before',
      at(16_001, { state: 'paused' }),
      { type: 'marker', direction: 'previous' },
      { at: 15_000 },
    ],
    [
      'the marker before the one just reached',
      at(15_100, { state: 'paused' }),
      { type: 'marker', direction: 'previous' },
      { at: 11_500 },
    ],
    ['no marker before', at(400, { state: 'paused' }), { type: 'marker', direction: 'previous' }, { at: 0 }],
  ])('%s', (_, head, command, expected) => {
    expect(obey(head, timeline, command, 100)).toMatchObject(expected);
  });
});
