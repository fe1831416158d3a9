import { expect, test } from 'vitest';
import type { TextLine } from '#/domain/tape-text.js';
import { searchRig } from '../monitor/search-rig.ts';
import { median } from './driver.ts';
import { noteMeasure, timesOf } from './note-measure.ts';

/** A thousand hours, as sessions of half an hour in which somebody reads: a screen of text every ten seconds, 90 KB a session. */
const SESSIONS = 2000;
const MINUTES = 30;

const WORDS =
  'the kernel log of sshd on web1 says connection closed by port preauth systemd started session user root nginx GET index html 200 postgres checkpoint complete wrote buffers'.split(
    ' ',
  );

function session(number: number): readonly TextLine[] {
  let seed = number + 1;
  const word = (): string => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff;
    return WORDS[seed % WORDS.length] ?? '';
  };
  const lines: TextLine[] = [];
  for (let at = 0; at < MINUTES * 60_000; at += 10_000)
    for (let line = 0; line < 8; line += 1)
      lines.push({
        at,
        kind: 'screen',
        text: `Nov 26 ${at} host${number}: ${Array.from({ length: 8 }, word).join(' ')}`,
      });
  if (number === 7) lines.push({ at: 1_000_000, kind: 'command', text: 'rm -rf /srv/needle-in-the-hay' });
  return lines;
}

test('a thousand hours of terminal text are searched', { timeout: 600_000 }, async () => {
  using rig = searchRig();
  for (let number = 0; number < SESSIONS; number += 1) await rig.add(session(number));
  const times = await timesOf(5, async () => {
    const { hits, last } = await rig.search('Needle-In-The-Hay', { page: 150 });
    expect(hits).toHaveLength(1);
    expect(last).toMatchObject({ recordings: SESSIONS, failed: 0 });
  });
  noteMeasure({ what: 'search of 1,000 h: ms', value: median(times), bar: 2000 });
});
