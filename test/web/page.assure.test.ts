import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportHtml } from '#/monitor/export-html.js';
import { type Browser, startBrowser } from '../helpers/chromium.ts';
import {
  type Happening,
  output,
  type Recorded,
  readerOf,
  recorded,
  segmentsOf,
} from '../monitor/recorded.js';
import { pageRig } from './page-rig.js';

const HOUR = 3_600_000;
const HOSTILE = '</script><script>window.hacked = 1</script><img src=http://198.51.100.1/x onerror=hacked=1>';
/** Where pictures go that somebody looks at. */
const PICTURES = process.env['POSTERN_PICTURES'];

let tape: Recorded;
let rig: Awaited<ReturnType<typeof pageRig>>;
let browser: Browser;
let folder: string;

/** Eight hours of a person at work: a line a minute, and what is hostile on it. */
function day(): Happening[] {
  return Array.from({ length: 480 }, (_, minute): Happening[] => [
    output(minute * 60_000, `\x1b[3${minute % 8}mminute ${minute}\x1b[0m of the day\r\n`),
    ...(minute === 3 ? [output(minute * 60_000 + 1, `${HOSTILE}\x1b]0;${HOSTILE}\x07\r\n`)] : []),
    ...(minute === 450 ? [output(minute * 60_000 + 1, 'a needle in the hay\r\n')] : []),
    ...(minute % 60 === 0
      ? [{ at: minute * 60_000 + 2, kind: 'marker', label: `hour ${minute / 60} ${HOSTILE}` } as const]
      : []),
    'written',
    'keyframe',
  ]).flat();
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'page-test-'));
  tape = await recorded([...day(), output(8 * HOUR, 'logout\r\n')], { text: true });
  rig = await pageRig(tape, { account: `root@web1 ${HOSTILE}` });
  browser = await startBrowser();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await rig?.[Symbol.asyncDispose]();
  tape?.[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

const picture = async (name: string): Promise<void> => {
  if (PICTURES !== undefined) await browser.screenshot(join(PICTURES, `${name}.png`));
};
const onScreen = `document.querySelector('#player').textContent`;

test('a browser plays, searches and seeks in eight hours at once, and asks nobody else for anything', async () => {
  const link = rig.link();
  await browser.go(link);
  await browser.sees(`document.querySelector('#title')?.textContent.startsWith('alice as root@web1')`);
  await browser.sees(`document.querySelector('#player .ap-player')`);
  await browser.sees(`document.querySelectorAll('#lines button').length > 400`);
  await picture('opened');
  expect(
    await browser.eval(`document.querySelector('.ap-term').getBoundingClientRect().width`),
  ).toBeGreaterThan(500);
  expect(await browser.eval('location.hash + document.cookie')).toBe('');

  await browser.eval('player.play()');
  await browser.sees(`${onScreen}.includes('minute 0 of the day')`);
  await browser.eval(
    `(() => { const text = document.getElementById('text'); text.value = 'needle'; text.dispatchEvent(new Event('input')); })()`,
  );
  await browser.sees(`document.querySelectorAll('#lines button').length === 1`);
  expect(await browser.eval(`document.querySelector('#lines mark').textContent`)).toBe('needle');
  expect(await browser.eval(`document.querySelector('#lines time').textContent`)).toBe('7:30:00');
  const before = browser.requests.length;
  const took = await browser.eval<number>(`(async () => {
    const since = performance.now();
    await player.seek(${450 * 60 + 1});
    while (!${onScreen}.includes('a needle in the hay')) await new Promise((resolve) => requestAnimationFrame(resolve));
    return performance.now() - since;
  })()`);
  expect(took, 'milliseconds to the other end of the day').toBeLessThan(1000);
  process.stdout.write(`seek to 7.5 h: ${Math.round(took)} ms in the browser\n`);
  await browser.sees(`${onScreen}.includes('minute 449 of the day')`);
  await picture('sought');
  expect(browser.requests.length - before, 'parts that were loaded').toBeLessThan(8);
  await browser.eval(`document.querySelector('#lines button').click()`);

  await browser.eval('player.seek(240)');
  await browser.sees(`${onScreen}.includes('window.hacked')`);
  await picture('hostile');
  expect(await browser.eval('typeof window.hacked')).toBe('undefined');
  expect(browser.requests.filter((one) => !one.startsWith(`${rig.origin}/`))).toEqual([]);
  expect(browser.complaints).toEqual([]);

  await browser.go('about:blank');
  await browser.go(link);
  await browser.sees(`document.body.innerText.includes('the link was used, or is too old')`);
});

test('a right that is taken away empties the page within 2 s', async () => {
  await browser.go('about:blank');
  await browser.go(rig.link());
  await browser.sees(`document.querySelectorAll('#lines button').length > 400`);
  rig.forbid();
  await browser.sees(`document.body.innerText.includes('the right to it was taken away')`, 2);
  expect(await browser.eval(`document.querySelectorAll('#lines button, #player *').length`)).toBe(0);
  await picture('over');
});

test('the file of an export plays by itself, whatever is on the recording', async () => {
  const parts: string[] = [];
  const reader = await readerOf(tape);
  for await (const part of exportHtml(reader)) parts.push(part);
  await reader.close();
  const file = join(folder, 'export.html');
  writeFileSync(file, parts.join(''));
  const complained = browser.complaints.length;
  const before = browser.requests.length;
  await browser.go(pathToFileURL(file).href);
  await browser.sees(`document.querySelector('#player .ap-player')`);
  await browser.eval(
    `document.querySelector('#player .ap-overlay-start, #player .ap-play-button, .ap-playback-button')?.dispatchEvent(new MouseEvent('click', { bubbles: true }))`,
  );
  await browser.sees(`${onScreen}.includes('minute 0 of the day')`);
  await picture('export');
  expect(await browser.eval('typeof window.hacked')).toBe('undefined');
  expect(browser.requests.slice(before).filter((one) => /^https?:/.test(one))).toEqual([]);
  expect(browser.complaints.slice(complained)).toEqual([]);
});

test('of a session that runs the past is played, the present followed, and at its end it is a recording like any other', async () => {
  // other tests' pages were in the same browser
  const before = browser.requests.length;
  using running = await recorded(
    [
      output(0, 'the beginning\r\n'),
      'written',
      output(5000, '\x1b[2J\x1b[Hin between\r\n'),
      'written',
      output(9000, '\x1b[2J\x1b[H\x1b[31mthe present\x1b[0m 管理者\r\n'),
      'written',
      { at: 9500, kind: 'resize', columns: 60, rows: 10 },
      output(9600, '\x1b[2J\x1b[Hsmaller now\r\n'),
    ],
    { text: true },
  );
  const segments = segmentsOf(running);
  const all = segments.length;
  /** So many segments of events, and the text of them. */
  const upTo = (events: number): number =>
    segments.findIndex((_, at) => segments.slice(0, at + 1).filter((one) => one[4] === 1).length > events);
  await using page = await pageRig(running, { outcome: 'running', endingText: null }, upTo(2));
  await browser.go(page.link());
  await browser.sees(`document.querySelector('#present')?.hidden === false`);
  await browser.sees(`document.querySelector('#player .ap-player')`);
  await browser.eval('player.play()');
  await browser.sees(`${onScreen}.includes('the beginning')`);
  await browser.eval(`document.querySelector('#present').click()`);
  await browser.sees(`${onScreen}.includes('in between')`);
  page.grow(upTo(2), upTo(3));
  await browser.sees(`${onScreen}.includes('the present')`);
  await picture('present');
  // back to where a line stands, and to the present again
  await browser.sees(`document.querySelectorAll('#lines button').length > 0`);
  await browser.eval(`document.querySelector('#lines button').click()`);
  await browser.sees(`document.querySelector('#present').getAttribute('aria-pressed') === 'false'`);
  await browser.eval('player.play()');
  await browser.sees(`${onScreen}.includes('the beginning')`);
  await browser.eval(`document.querySelector('#present').click()`);
  await browser.sees(`${onScreen}.includes('the present')`);
  page.grow(upTo(3), all);
  await browser.sees(`${onScreen}.includes('smaller now')`);
  page.becomes({ endedAt: 2, outcome: 'exited', endingText: 'it is over', stored: 'safe' });
  await browser.sees(`document.querySelector('#present').hidden`);
  await browser.sees(`document.querySelector('#about').textContent.includes('it is over')`);
  await browser.sees(`document.querySelector('#say').hidden`);
  await browser.eval('player.seek(0)');
  await browser.sees(`${onScreen}.includes('the beginning')`);
  await picture('over');
  expect(
    browser.requests.slice(before).filter((url) => !url.startsWith(page.origin) && url.startsWith('http')),
  ).toEqual([]);
});
