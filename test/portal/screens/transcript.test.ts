import { expect, test } from 'vitest';
import type { TranscriptFrame } from '#/contract/replay-link.js';
import { mount } from '../mount.ts';

/** Of a window of 50 rows: title, time bar and keys take the others. */
const ROWS = 46;

const frame = (more: Partial<TranscriptFrame> = {}): TranscriptFrame => ({
  type: 'transcript',
  first: 0,
  total: 100,
  current: 2,
  whole: true,
  lines: Array.from({ length: ROWS }, (_, n) => ({
    at: n * 5000,
    kind: n === 1 ? ('command' as const) : ('screen' as const),
    text: n === 1 ? 'uptime' : `what stood there ${n} \u202e\x1b[31m`,
  })),
  ...more,
});

async function wide(columns = 200, rows = 50) {
  const mounted = mount({ columns, rows });
  const { terminal } = mounted;
  await terminal.sees('[Accounts]');
  terminal.press('tab');
  await terminal.sees('postgres@db1');
  terminal.type('web1 exited\r');
  await terminal.sees('19:40:01 up 3 days');
  return mounted;
}

test('stands beside the picture where there is room, follows it, and Enter on a line goes there', async () => {
  const { terminal, services } = await wide();
  await terminal.sees('Reading the transcript');
  expect(services.sent).toContainEqual({ type: 'transcript', rows: ROWS, from: null });
  services.replays(frame());
  const text = await terminal.sees('command: uptime');
  expect(text).toContain('>   00:10  what stood there 2 ··[31m');
  expect(text).not.toContain('\u202e');
  services.replays(frame({ current: 4 }));
  await terminal.sees('>   00:20  what stood there 4');

  terminal.type('t');
  await terminal.sees('Enter go there');
  terminal.press('down').press('down').press('enter');
  await terminal.sees('>   00:30  what stood there 6');
  await expect.poll(() => services.sent.slice(-2)).toEqual([{ type: 'pause' }, { type: 'seek', to: 30_000 }]);
  // beyond what is in sight, the window moves
  terminal.press('end');
  await terminal.sees('Enter go there');
  await expect.poll(() => services.sent.at(-1)).toEqual({ type: 'transcript', rows: ROWS, from: 100 - ROWS });
  terminal.press('escape');
  await terminal.sees('t transcript');
  await expect.poll(() => services.sent.at(-1)).toEqual({ type: 'transcript', rows: ROWS, from: null });
});

test('is not asked for where there is no room', async () => {
  const { terminal, services } = await wide(100, 30);
  expect(services.sent.filter(({ type }) => type === 'transcript')).toEqual([]);
  terminal.type('t').type('.').type(',').type('c').type('x');
  await terminal.sees('Space play');
  await expect
    .poll(() => services.sent.slice(-4))
    .toEqual([
      { type: 'step', direction: 'next' },
      { type: 'step', direction: 'previous' },
      { type: 'marker', direction: 'next', only: 'commands' },
      { type: 'marker', direction: 'previous', only: 'commands' },
    ]);
});
