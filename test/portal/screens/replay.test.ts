import { describe, expect, test } from 'vitest';
import type { CellRun } from '#/contract/replay-link.js';
import { failure } from '#/domain/failure.js';
import { pictureLines, withCursor } from '#/portal/screens/replay/picture.js';
import {
  LAST,
  notYetReplaying,
  type ReplayState,
  replayCommands,
  replayReducer,
} from '#/portal/screens/replay/replay-state.js';
import { timeBar } from '#/portal/screens/replay/replay-view.js';
import { makeTheme } from '#/portal/theme.js';
import { lineWidth, span } from '#/portal/view.js';
import { FRAME, recording } from '../fake-services.ts';
import { type MountOptions, mount } from '../mount.ts';

async function replay(options: MountOptions = {}) {
  const mounted = mount(options);
  await mounted.terminal.sees('[Accounts]');
  mounted.terminal.press('tab');
  await mounted.terminal.sees('postgres@db1');
  mounted.terminal.type('web1 exited\r');
  await mounted.terminal.screen('uptime', 'Space play');
  return mounted;
}

test('a replay at 80x24: smaller than the window, its edge is drawn', async () => {
  const { terminal } = await replay();
  expect(terminal.text()).toMatchInlineSnapshot(`
    " root@web1.example.com  alice, 2026-11-23 17:40 UTC                       60x10
    root@web1:~# uptime                                         │
     19:40:01 up 3 days                                         │
    root@web1:~#                                                │
                                                                │
                                                                │
                                                                │
                                                                │
                                                                │
                                                                │
                                                                │
    ────────────────────────────────────────────────────────────┘









     ‖ 00:12 ━━━●────────────┿───────────────────────────────── 03:07  1x  idle 2 s

     Space play  ← 5 s  → 5 s  PgUp 60 s  End end  Esc back  + speed  n marker"
  `);
});

test('a replay at 60x20, in ASCII', async () => {
  const { terminal } = await replay({ columns: 60, rows: 20, env: { color: 'none', unicode: false } });
  expect(terminal.text()).toMatch(/^[\x20-\x7e\n]*$/);
  expect(terminal.text()).toMatchInlineSnapshot(`
    " root@web1.example.com  alice, 2026-11-23 17:40 UTC   60x10
    root@web1:~# uptime
     19:40:01 up 3 days
    root@web1:~#







    ------------------------------------------------------------





     " 00:12 ==O------+-------------------- 03:07  1x  idle 2 s

     Space play  Left 5 s  Right 5 s  PgUp 60 s  End end  i idle"
  `);
});

test('every key tells the monitor what it means', async () => {
  const { terminal, services } = await replay();
  const press = async (keys: string, ...expected: object[]): Promise<void> => {
    const before = services.sent.length;
    terminal.type(keys);
    await terminal.until(
      () => services.sent.length >= before + expected.length,
      `send ${expected.length} commands after ${JSON.stringify(keys)}`,
    );
    expect(services.sent.slice(before)).toEqual(expected);
    services.replays(FRAME);
    await terminal.sees('00:12');
  };
  await press(' ', { type: 'play' });
  await press('\x1b[C', { type: 'seek', to: 17_000 });
  await press('\x1b[D', { type: 'seek', to: 7000 });
  await press('\x1b[6~', { type: 'seek', to: 72_000 });
  await press('\x1b[5~', { type: 'seek', to: 0 });
  await press('\x1b[H', { type: 'seek', to: 0 });
  await press('\x1b[F', { type: 'seek', to: LAST });
  await press('+', { type: 'speed', factor: 2 });
  await press('-', { type: 'speed', factor: 0.5 });
  await press('n', { type: 'marker', direction: 'next' });
  await press('p', { type: 'marker', direction: 'previous' });
  await press('i', { type: 'idle', limit: 0 });
  await press('\x1b[A', { type: 'scroll', columns: 0, rows: -5 });
  await press('\x1b[B', { type: 'scroll', columns: 0, rows: 5 });
  await press('[', { type: 'scroll', columns: -20, rows: 0 });
  await press(']', { type: 'scroll', columns: 20, rows: 0 });
});

test('asks for as much picture as there is room, and again when the window changes', async () => {
  const sizes: object[] = [];
  const { terminal, services } = await replay({ services: {} });
  terminal.resize(100, 30);
  await terminal.until(() => services.sent.length > 0, 'send the new size');
  sizes.push(...services.sent);
  expect(sizes).toEqual([{ type: 'resize', columns: 100, rows: 26 }]);
});

test('frames are drawn as they come, an ended one says so', async () => {
  const { terminal, services } = await replay();
  services.replays({
    ...FRAME,
    at: 60_000,
    state: 'playing',
    speed: 4,
    idleLimit: 0,
    lines: [[{ text: 'another picture' }]],
  });
  const text = await terminal.sees('another picture');
  expect(text).toMatch(/▶ 01:00 .* 03:07 {2}4x {2}idle as it was/);
  services.replays({ ...FRAME, at: 187_000, state: 'ended' });
  await terminal.sees('■ 03:07');
});

test('never a raw escape, whatever a frame holds', async () => {
  const { terminal, services } = await replay();
  services.replays({
    ...FRAME,
    lines: [[{ text: 'A\x1b]52;c;aGk=\x07B\x9b6n\u202eC', fg: 'x\x1b[31m', bg: 999 }]],
  });
  await terminal.sees('A·]52;c;aGk=·B·6n·C');
  expect(terminal.bytes.includes('\x1b]52')).toBe(false);
});

test('what cannot be replayed says why', async () => {
  const { terminal, services } = await replay();
  services.replays({ type: 'failed', failure: failure('RECORDING_DAMAGED', 'segment 3 was changed') });
  await terminal.sees('The recording does not verify: segment 3 was changed');
  terminal.type('q');
  await terminal.sees('[Recordings]');
});

test('a tape on its way to its safe is opened as soon as it is there', async () => {
  let stored = false;
  const closed: number[] = [];
  let opened = 0;
  const { terminal, tick } = mount({
    services: {
      replay(_id, _size, hear) {
        const number = (opened += 1);
        hear({
          type: 'opened',
          durationMs: 1000,
          markers: [],
          complete: true,
          running: false,
          row: recording('n1'),
        });
        if (stored) hear(FRAME);
        else hear({ type: 'failed', failure: failure('RECORDING_NOT_STORED', 'in the spool') });
        return { send: () => undefined, close: () => closed.push(number) };
      },
    },
  });
  await terminal.sees('[Accounts]');
  terminal.press('tab');
  await terminal.sees('postgres@db1');
  terminal.type('web1 exited\r');
  const text = await terminal.screen('in the spool', 'Trying again', 'Esc back');
  // what would do nothing is not offered
  expect(text).not.toContain('Space play');
  tick();
  await terminal.until(() => opened === 2, 'be tried again');
  stored = true;
  tick();
  await terminal.screen('uptime', 'Space play');
  terminal.press('escape');
  await terminal.sees('[Recordings]');
  tick();
  expect(opened).toBe(3);
  expect(closed).toEqual([1, 2, 3]);
});

describe('commands', () => {
  const state: ReplayState = replayReducer(
    replayReducer(notYetReplaying, {
      type: 'heard',
      message: {
        type: 'opened',
        durationMs: 100_000,
        markers: [],
        complete: true,
        running: false,
        row: recording('n1'),
      },
    }),
    { type: 'heard', message: FRAME },
  );

  test('nothing is sent while there is no picture', () => {
    expect(replayCommands(notYetReplaying, 'replay.toggle')).toEqual([]);
  });
  test('seeks add up before a frame answers', () => {
    const sought = replayReducer(state, { type: 'sought', to: 60_000 });
    expect(replayCommands(sought, 'replay.ahead')).toEqual([{ type: 'seek', to: 65_000 }]);
    expect(replayReducer(sought, { type: 'heard', message: FRAME }).sought).toBeNull();
  });
  test('an ended replay plays from the beginning', () => {
    expect(replayCommands({ ...state, frame: { ...FRAME, state: 'ended' } }, 'replay.toggle')).toEqual([
      { type: 'seek', to: 0 },
      { type: 'play' },
    ]);
  });
  test.each([
    [16, 16, 8],
    [0.25, 0.5, 0.25],
    [1, 2, 0.5],
    [3, 4, 2],
  ])('speed %d goes to %d and %d', (speed, faster, slower) => {
    const at = { ...state, frame: { ...FRAME, speed } };
    expect(replayCommands(at, 'replay.faster')).toEqual([{ type: 'speed', factor: faster }]);
    expect(replayCommands(at, 'replay.slower')).toEqual([{ type: 'speed', factor: slower }]);
  });
});

describe('the picture', () => {
  const theme = makeTheme({ color: '16', unicode: true });

  test('is never wider or higher than the room, whatever the monitor sends', () => {
    const runs: CellRun[] = [{ text: '管'.repeat(300) }, { text: 'x'.repeat(900) }];
    const lines = pictureLines(
      { ...FRAME, columns: 500, rows: 300, lines: Array.from({ length: 300 }, () => runs) },
      { columns: 79, rows: 20 },
      theme,
    );
    expect(lines).toHaveLength(20);
    for (const line of lines) expect(lineWidth(line)).toBe(79);
  });

  test('keeps colours and looks', () => {
    const [line] = pictureLines({ ...FRAME, cursor: null }, { columns: 60, rows: 10 }, theme);
    expect(line?.[0]).toEqual({ text: 'root@web1', picture: { color: 'green', bold: true } });
  });

  test('shows the cursor on its cell, a wide one too', () => {
    const turned = withCursor([span('a管b')], 1);
    expect(turned.map((one) => [one.text, one.picture?.inverse ?? false])).toEqual([
      ['a', false],
      ['管', true],
      ['b', false],
    ]);
    expect(withCursor([span('ab')], 7)).toEqual([span('ab')]);
  });
});

test('the time bar has its head in place, its markers, and exactly its columns', () => {
  const { sign } = makeTheme({ color: 'none', unicode: true });
  const bar = (at: number) =>
    timeBar(at, 100, [50], 11, sign)
      .map((one) => one.text)
      .join('');
  expect(bar(0)).toBe('●────┿─────');
  expect(bar(100)).toBe('━━━━━┿━━━━●');
  expect(bar(50)).toBe('━━━━━●─────');
  expect(bar(1e9)).toBe('━━━━━┿━━━━●');
  expect(
    timeBar(5, 0, [], 4, sign)
      .map((one) => one.text)
      .join(''),
  ).toBe('●───');
});
