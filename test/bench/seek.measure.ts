import { expect, test } from 'vitest';
import { openScreen } from '#/monitor/tape-screen.js';
import { type Happening, output, readerOf, recorded } from '../monitor/recorded.ts';
import { median } from './driver.ts';
import { noteMeasure, timesOf } from './note-measure.ts';

const HOURS = 8;
/** Seconds between keyframes, as sessions have them. */
const EVERY = 10;
const SEEKS = 200;

/** Somebody reads logs for eight hours: five coloured lines each second, a keyframe every ten. */
function day(): Happening[] {
  const happenings: Happening[] = [];
  for (let second = 0; second < HOURS * 3600; second += 1) {
    const lines = Array.from(
      { length: 5 },
      (_, line) => `\x1b[3${(second + line) % 8}m${second}.${line} the kernel log of sshd on web1\x1b[0m\r\n`,
    );
    happenings.push(output(second * 1000, lines.join('')));
    if (second % EVERY === 0) happenings.push('keyframe', 'written');
  }
  return happenings;
}

test('a seek anywhere in eight hours', { timeout: 600_000 }, async () => {
  using tape = await recorded(day());
  const opening = await timesOf(3, async () => await (await readerOf(tape)).close());
  const reader = await readerOf(tape);
  const screen = openScreen(reader);
  let seed = 7;
  const somewhere = (): number => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff;
    return seed % reader.durationMs;
  };
  const times = await timesOf(SEEKS, async () => {
    const at = somewhere();
    expect(await screen.show(at)).toMatchObject({ ok: true });
    const { buffer } = screen.terminal;
    const lines = Array.from({ length: 24 }, (_, row) => buffer.active.getLine(buffer.active.baseY + row));
    expect(lines.map((line) => line?.translateToString(true)).join('\n')).toContain(
      `${Math.floor(at / 1000)}.4 the kernel log`,
    );
  });
  screen.close();
  await reader.close();
  noteMeasure({ what: 'opening a recording of 8 h: ms', value: median(opening), bar: 1000 });
  noteMeasure({ what: 'seek in 8 h, p50: ms', value: median(times), bar: 200 });
  noteMeasure({ what: 'seek in 8 h, the slowest of 200: ms', value: Math.max(...times), bar: 200 });
});
