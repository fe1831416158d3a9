import { expect, test } from 'vitest';
import type { SearchHit, SearchProgress } from '#/contract/replay-link.js';
import { failure } from '#/domain/failure.js';
import { NOW, recording } from '../fake-services.ts';
import { type MountOptions, mount } from '../mount.ts';

const hit = (at: number, line: string, more: Partial<SearchHit> = {}): SearchHit => ({
  recording: recording('n1'),
  at,
  kind: 'screen',
  line,
  ...more,
});
const progress = (more: Partial<SearchProgress> = {}): SearchProgress => ({
  type: 'searched',
  recordings: 120,
  slow: 0,
  left: 0,
  failed: 0,
  hits: 2,
  over: false,
  more: false,
  ...more,
});

async function searching(options: MountOptions = {}) {
  const mounted = mount(options);
  const { terminal } = mounted;
  await terminal.sees('[Accounts]');
  terminal.press('tab');
  await terminal.sees('[Recordings]');
  terminal.type('root');
  await terminal.sees('2 found');
  terminal.press('ctrl-f');
  await terminal.sees('what was to be read');
  return mounted;
}

test.each([
  [80, 24],
  [200, 50],
])('hits stream in and are told of at %ix%i', async (columns, rows) => {
  const { terminal, services } = await searching({ columns, rows });
  terminal.type('rm -rf');
  await terminal.sees('Enter looks for it in the recordings that fit "root"');
  terminal.press('enter');
  await terminal.sees('searching…');
  expect(services.searches).toEqual([{ text: 'rm -rf', filter: { any: ['root'] } }]);
  services.replays({
    type: 'hits',
    hits: [
      hit(12_000, 'rm -rf /srv', { kind: 'command' }),
      hit(3_725_000, 'root@web1:~# rm -rf /tmp/\u202eevil\x1b[2J'),
    ],
  });
  services.replays(progress());
  await terminal.sees('2 in 120…');
  services.replays({
    type: 'hits',
    hits: [
      hit(5000, 'last one', { recording: recording('n9', { user: 'bob', startedAt: NOW - 90_000_000 }) }),
    ],
  });
  services.replays(progress({ hits: 3, recordings: 400, slow: 7, left: 2, failed: 1, over: true }));
  const text = await terminal.sees('3 in 400');
  expect(text).toContain('command: rm -rf /srv');
  expect(text).toContain('1:02:05');
  expect(text).toContain('7 old ones read whole · 2 deleted, not searched · 1 unreadable');
  expect(text).not.toContain('\u202e');
});

test('Enter on a hit replays from its moment, Esc comes back to the hits', async () => {
  const { terminal, services } = await searching();
  terminal.type('needle').press('enter');
  await terminal.sees('searching…');
  services.replays({ type: 'hits', hits: [hit(1000, 'needle one'), hit(65_000, 'needle two')] });
  services.replays(progress({ over: true }));
  await terminal.sees('needle two');
  terminal.press('down').press('enter');
  await terminal.sees('root@web1.example.com  alice, 2026-11-23 17:40 UTC');
  expect(services.sent).toEqual([{ type: 'pause' }, { type: 'seek', to: 65_000 }]);
  terminal.press('escape');
  await terminal.sees('needle one');
  // something else that is typed is searched for
  terminal.type('x').press('enter');
  await terminal.sees('searching…');
  expect(services.searches.map(({ text }) => text)).toEqual(['needle', 'needlex']);
});

test('too little is not searched for, nothing is said to be nothing, a failure says what to do', async () => {
  const { terminal, services } = await searching();
  terminal.type('a').press('enter');
  await terminal.sees('at least two characters');
  expect(services.searches).toEqual([]);
  terminal.type('bc').press('enter');
  await terminal.sees('searching…');
  services.replays(progress({ hits: 0, over: true }));
  await terminal.sees('"abc" is in none of them');
  terminal.press('enter');
  await terminal.sees('searching…');
  services.replays({
    type: 'failed',
    failure: failure('VIEWERS_LIMIT', '2 searches of yours are under way.'),
  });
  await terminal.sees('2 searches of yours');
});

test('at 80x24', async () => {
  const { terminal, services } = await searching();
  terminal.type('rm -rf').press('enter');
  await terminal.sees('searching…');
  services.replays({
    type: 'hits',
    hits: [
      hit(12_000, 'rm -rf /srv', { kind: 'command' }),
      hit(3_725_000, 'root@web1:~# rm -rf /tmp/old-things'),
    ],
  });
  services.replays(progress({ slow: 7, over: true }));
  expect(await terminal.screen('old-things', 'Enter search')).toMatchInlineSnapshot(`
    " Postern    Accounts   Recordings   Live   Help                alice  19:40 UTC
     last login 22 Nov 23:40 from 10.0.0.5 · last failure 21 Nov 17:40 from 10.0.0.9
    ────────────────────────────────────────────────────────────────────────────────
    > rm -rf_                                                               2 in 120
      Started, UTC  Account                 At  Line
    > 23 Nov 17:40  root@web1.exampl…    00:12  rm -rf /srv
      23 Nov 17:40  root@web1.exampl…  1:02:05  root@web1:~# rm -rf /tmp/old-things













      command: rm -rf /srv
      7 old ones read whole

     Enter search, open  Esc back  Ctrl-Q quit"
  `);
});
