/* A target prints what makes terminals answer or remember: who watches or replays it must neither notice nor be noticed. */
import headless from '@xterm/headless';
import { expect, onTestFinished, test } from 'vitest';
import type { CellRun, FromMonitor, PictureFrame } from '#/contract/replay-link.js';
import { done } from '#/domain/outcome.js';
import { pictureOf } from '#/monitor/picture.js';
import { openScreen } from '#/monitor/tape-screen.js';
import { steadyTerminal } from '#/terminal/steady-terminal.js';
import { session } from '../portal/fake-services.ts';
import { type Mounted, mount } from '../portal/mount.ts';
import { BASES, ESCAPES } from './escape-corpus.ts';
import { readerOf, recorded } from './recorded.ts';

const SIZE = { columns: 60, rows: 12 };
const WINDOW = { left: 0, top: 0, ...SIZE };
const HARMFUL = /[\p{Cc}\p{Cf}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
/** Of the table, in one frame. */
const BATCH = 5;
const MARK = Buffer.from('\x18\x1b\\\x1bc\x1b[Hstill here');

const textOf = (lines: readonly (readonly CellRun[])[]) =>
  lines.map((line) => line.map(({ text }) => text).join('')).join('\n');

/** The monitor's picture of what was printed in these pieces, and what it shows after that. */
async function pictures(pieces: readonly Uint8Array[]): Promise<readonly [PictureFrame, string]> {
  const steady = steadyTerminal(SIZE);
  const write = (piece: Uint8Array) => new Promise<void>((drawn) => steady.write(piece, drawn));
  for (const piece of pieces) await write(piece);
  const frame = { ...SIZE, left: 0, top: 0, ...pictureOf(steady.terminal, WINDOW) };
  await write(MARK);
  const after = textOf(pictureOf(steady.terminal, WINDOW).lines);
  steady.terminal.dispose();
  return [frame, after];
}

function piecesOf(bytes: Buffer, length: number): readonly Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += length) pieces.push(bytes.subarray(at, at + length));
  return pieces;
}

/** A terminal that answers whatever it is asked, and remembers what it is told. */
function viewersTerminal() {
  const terminal = new headless.Terminal({ cols: 80, rows: 24, allowProposedApi: true, logLevel: 'off' });
  const noticed: string[] = [];
  terminal.onData((data) => noticed.push(`answered ${JSON.stringify(data)}`));
  terminal.onBinary((data) => noticed.push(`answered ${JSON.stringify(data)}`));
  terminal.onTitleChange((title) => noticed.push(`title ${title}`));
  terminal.onBell(() => noticed.push('bell'));
  for (const code of [0, 1, 2, 4, 7, 8, 9, 10, 11, 12, 50, 52, 133, 777, 1337])
    terminal.parser.registerOscHandler(code, (data) => {
      noticed.push(`OSC ${code} ${data}`);
      return true;
    });
  return { terminal, noticed };
}

/** What is left of a viewer's bytes when everything that may be in them is taken out. */
const ALLOWED = new RegExp(
  [
    '\x1b\\[[\\d;]*m',
    '\x1b\\[[\\d;]*[ABCDEFGHdJKST]',
    '\x1b\\[\\?(?:25|1049|2004|2026)[hl]',
    '\x1b[78]',
    '\r\n|\r',
  ].join('|'),
  'g',
);

async function viewing(screen: 'watch' | 'replay'): Promise<{
  readonly mounted: Mounted;
  readonly show: (frame: PictureFrame, n: number) => Promise<string>;
}> {
  const bobs = session('s2', { user: 'bob', mine: false });
  const mounted = mount({ services: { sessions: () => Promise.resolve(done([bobs])) } });
  const { terminal, services } = mounted;
  await terminal.sees('[Accounts]');
  terminal.press('tab');
  await terminal.sees('[Recordings]');
  if (screen === 'watch') {
    terminal.press('tab');
    await terminal.sees('bob');
  }
  terminal.press('enter');
  await terminal.sees(screen === 'watch' ? 'Opening the session' : 'root@web1');
  return {
    mounted,
    async show(frame, n) {
      const head = { text: `entry ${n}.` };
      const lines = [[head], ...frame.lines.slice(1)];
      const message: FromMonitor =
        screen === 'watch'
          ? { type: 'live', ...frame, lines }
          : { type: 'frame', at: n, state: 'paused', speed: 1, idleLimit: 0, ...frame, lines };
      services.replays(message);
      return await terminal.sees(`entry ${n}.`);
    },
  };
}

test('the corpus is a corpus', () => {
  expect(BASES).toBeGreaterThanOrEqual(120);
  expect(new Set(ESCAPES.map(({ name }) => name)).size).toBe(ESCAPES.length);
});

test('each of the table, whole and byte by byte: the same picture, of cells alone, and the model lives on', async () => {
  for (const { name, bytes } of ESCAPES) {
    const frames: string[] = [];
    for (const length of [bytes.length, bytes.length > 10_000 ? 4093 : 1]) {
      const [frame, after] = await pictures(piecesOf(bytes, length));
      const text = textOf(frame.lines);
      expect(text.replaceAll('\n', ''), name).not.toMatch(HARMFUL);
      expect(after, name).toContain('still here');
      frames.push(JSON.stringify(frame));
    }
    expect(new Set(frames).size, `${name}, cut in different ways`).toBe(1);
  }
}, 60_000);

test.each(['watch', 'replay'] as const)(
  'on the %s screen: the viewer’s terminal sends back nothing; title, clipboard and modes are as they were',
  async (screen) => {
    const { mounted, show } = await viewing(screen);
    const { terminal: viewer, noticed } = viewersTerminal();
    onTestFinished(() => viewer.dispose());
    let heard = 0;
    for (let n = 0; n < ESCAPES.length; n += BATCH) {
      const batch = ESCAPES.slice(n, n + BATCH);
      const name = batch.map((one) => one.name).join('; ');
      const frames = await Promise.all(batch.map(({ bytes }) => pictures([bytes])));
      // most of them print little: the first rows of each side by side in one frame
      const lines = frames.flatMap(([frame]) => frame.lines.slice(0, 2));
      await show({ ...(frames[0]?.[0] as PictureFrame), lines: [[], ...lines] }, n);
      const said = mounted.terminal.bytes.subarray(heard);
      heard += said.length;
      await new Promise<void>((drawn) => viewer.write(said, drawn));
      expect(noticed, name).toEqual([]);
      expect(said.toString('utf8').replace(ALLOWED, ''), name).not.toMatch(HARMFUL);
    }
    expect(viewer.modes.mouseTrackingMode).toBe('none');
    expect(viewer.modes.sendFocusMode).toBe(false);
    expect(viewer.modes.applicationCursorKeysMode).toBe(false);
  },
  60_000,
);

test('from a tape: what was recorded of each is a picture of cells, at its moment', async () => {
  const some = ESCAPES.filter(({ bytes }) => bytes.length < 10_000);
  using tape = await recorded(
    some.flatMap(({ bytes }, n) => [
      { at: 10 * n, kind: 'output' as const, bytes },
      { at: 10 * n + 5, kind: 'output' as const, bytes: Buffer.from(`\x18\x1b\\\x1bc\x1b[Hentry ${n}.`) },
    ]),
  );
  const screen = openScreen(await readerOf(tape));
  onTestFinished(() => screen.close());
  for (let n = 0; n < some.length; n += 1) {
    for (const at of [10 * n, 10 * n + 5]) {
      const shown = await screen.show(at);
      expect(shown.ok).toBe(true);
      const { lines } = pictureOf(screen.terminal, WINDOW);
      expect(textOf(lines).replaceAll('\n', ''), some[n]?.name).not.toMatch(HARMFUL);
      if (at % 10 === 5) expect(textOf(lines)).toContain(`entry ${n}.`);
    }
  }
}, 60_000);
