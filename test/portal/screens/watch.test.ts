import { describe, expect, test } from 'vitest';
import type { FromMonitor } from '#/contract/replay-link.js';
import { failure } from '#/domain/failure.js';
import { done } from '#/domain/outcome.js';
import { session } from '../fake-services.ts';
import { type MountOptions, mount } from '../mount.ts';

const FRAME: FromMonitor = {
  type: 'live',
  columns: 100,
  rows: 30,
  left: 0,
  top: 4,
  lines: [[{ text: 'web1$ ' }, { text: 'rm -rf /tmp/x', bold: true }]],
  cursor: { column: 19, row: 0 },
};
const bobs = session('s2', { user: 'bob', mine: false, mayEnd: false });

async function watching(options: MountOptions = {}) {
  const mounted = mount({
    ...options,
    services: { sessions: () => Promise.resolve(done([bobs])), ...options.services },
  });
  const { terminal, services } = mounted;
  await terminal.sees('[Accounts]');
  terminal.press('tab');
  await terminal.sees('[Recordings]');
  terminal.press('tab');
  await terminal.sees('bob');
  terminal.press('enter');
  await terminal.sees('Opening the session');
  return { ...mounted, hears: (message: FromMonitor) => services.replays(message) };
}

describe('watching a session', () => {
  test.each([
    [80, 24],
    [60, 20],
    [200, 50],
  ])(
    'at %ix%i: the picture, and outside of it who, where, how long and that it is live',
    async (columns, rows) => {
      const { terminal, hears } = await watching({ columns, rows });
      hears(FRAME);
      const text = (await terminal.sees('web1$ rm -rf /tmp/x')).split('\n');
      expect(text[0]).toMatch(/^ ● LIVE {2}root@web1\.example\.com {2}bob from /);
      expect(text.join('\n')).toContain('view only: nothing you type reaches the session');
      expect(text.at(-1)).toMatch(/^ Esc back/);
      expect(text[0]).toMatch(/100x30 from 1,5 *$/);
      if (columns >= 80) expect(text[0]).toContain('bob from 10.0.0.5, 12:00');
    },
  );

  test('of all keys only scrolling and the size of the window reach the monitor', async () => {
    const { terminal, hears, services } = await watching();
    hears(FRAME);
    await terminal.sees('web1$');
    terminal.type('rm -r /\r').press('down').press('right').press('up').press('left');
    await terminal.until(() => services.sent.length === 4, 'to scroll');
    terminal.resize(100, 30);
    await terminal.until(() => services.sent.length === 5, 'to resize');
    expect(services.sent).toEqual([
      { type: 'scroll', columns: 0, rows: 5 },
      { type: 'scroll', columns: 20, rows: 0 },
      { type: 'scroll', columns: 0, rows: -5 },
      { type: 'scroll', columns: -20, rows: 0 },
      { type: 'resize', columns: 100, rows: 26 },
    ]);
    terminal.press('escape');
    await terminal.sees('[Live]');
  });

  test('a keyboard that was taken over: every byte goes to the session as it is, but Ctrl-], until it is lost or handed back', async () => {
    const { terminal, hears, services } = await watching({
      services: {
        sessions: () => Promise.resolve(done([{ ...bobs, mayControl: true }])),
      },
    });
    const overseen = (typing: string | null, mine: boolean) =>
      hears({ type: 'overseen', typing, mine, suspended: null, viewers: ['alice', 'carol'], watching: 2 });
    hears(FRAME);
    overseen('carol', false);
    await terminal.sees('carol has the keyboard');
    expect(terminal.text()).toContain('watched by alice, carol');
    terminal.type('q1');
    await terminal.sees('[Live]');
    terminal.press('enter');
    hears(FRAME);
    await terminal.sees('view only');
    terminal.press('ctrl-k');
    await terminal.until(() => services.keyboard.length === 1, 'to ask for the keyboard');
    overseen('alice', true);
    await terminal.sees('you have the keyboard: Ctrl-] hands it back');
    await terminal.sees('Ctrl-] hand back the keyboard');
    terminal.type('q\x1b[A\x03\x1bOP');
    await terminal.until(() => services.keyboard.join('').includes('\x1bOP'), 'to type');
    terminal.type('x\x1dq');
    await terminal.until(() => services.keyboard.includes('hand back'), 'to hand back');
    expect(services.keyboard.join('|')).toMatch(/^take over\|.*x\|hand back$/s);
    overseen(null, false);
    await terminal.sees('view only');
    hears({ type: 'no-control', failure: failure('CONTROL_ENDED', 'the right to it was taken away') });
    await terminal.sees('The keyboard is its owner');
    expect(services.sent.filter(({ type }) => type !== 'resize')).toEqual([]);
  });

  test('suspending takes a reason and may hold back the output, going on takes one key; a message is sent', async () => {
    const asked: unknown[] = [];
    const { terminal, hears } = await watching({
      services: {
        sessions: () => Promise.resolve(done([{ ...bobs, maySuspend: true }])),
        suspendSession: (...args) => Promise.resolve(done((asked.push(args), null))),
        resumeSession: (...args) => Promise.resolve(done((asked.push(args), null))),
        messageSession: (...args) => Promise.resolve(done((asked.push(args), null))),
      },
    });
    hears(FRAME);
    await terminal.sees('web1$');
    terminal.press('ctrl-s');
    await terminal.sees('Suspend the session of bob');
    terminal.press('enter');
    await terminal.sees('Type a reason');
    terminal.type('look').press('tab');
    await terminal.sees('from bob, too: yes');
    terminal.press('enter');
    await terminal.sees('suspended. Ctrl-S lets it go on.');
    hears({
      type: 'overseen',
      typing: null,
      mine: false,
      suspended: { by: 'alice', reason: 'look.', frozen: true },
      viewers: ['alice'],
      watching: 1,
    });
    await terminal.sees('suspended by alice: look.');
    terminal.press('ctrl-s');
    await terminal.sees('the session goes on');
    terminal.press('ctrl-t');
    await terminal.sees('To bob on');
    terminal.type('stop that').press('enter');
    await terminal.sees('bob is shown your message');
    expect(asked).toEqual([['s2', 'look', true], ['s2'], ['s2', 'stop that']]);
  });

  test.each([
    [80, 24],
    [200, 50],
  ])(
    'at %ix%i the line at the bottom offers what he may do, and to let go on what is suspended',
    async (columns, rows) => {
      const watched = async (may: Partial<typeof bobs>) => {
        const { terminal, hears } = await watching({
          columns,
          rows,
          services: { sessions: () => Promise.resolve(done([{ ...bobs, ...may }])) },
        });
        hears(FRAME);
        await terminal.sees('web1$');
        return { terminal, hears, footer: () => terminal.text().split('\n').at(-1) ?? '' };
      };
      const nobody = await watched({});
      expect(nobody.footer()).toMatch(/^ Esc back {2}Ctrl-P from its start {2}← scroll {2}f follow *$/);
      nobody.terminal.press('ctrl-s');
      await nobody.terminal.sees('liveGroups.suspend');
      const all = await watched({ maySuspend: true, mayControl: true, mayEnd: true });
      expect(all.footer()).toMatch(/take over .*S suspend .*message .*E end/);
      all.hears({
        type: 'overseen',
        typing: null,
        mine: false,
        suspended: { by: 'carol', reason: 'look.', frozen: false },
        viewers: ['alice'],
        watching: 1,
      });
      await all.terminal.sees('S resume');
      expect(all.footer()).not.toContain('suspend');
      const ends = await watched({ mayEnd: true });
      expect(ends.footer()).toMatch(/T message .*E end/);
      expect(ends.footer()).not.toMatch(/suspend|take over/);
    },
  );

  test('its end is told below the last picture', async () => {
    const { terminal, hears } = await watching();
    hears(FRAME);
    hears({ type: 'over', ending: { kind: 'terminated', by: 'carol', reason: 'enough' } });
    // the monitor hangs up then
    hears({ type: 'failed', failure: failure('INTERNAL', 'the monitor is gone') });
    expect(await terminal.sees('session terminated by carol: enough')).toContain('web1$ rm -rf /tmp/x');
    expect(terminal.text()).not.toContain('LIVE');
    expect(terminal.text()).not.toContain('the monitor is gone');
    // nor is there anything left to be done with it
    await terminal.until(
      (screen) => !/take over|suspend|message|end/.test(screen.split('\n').at(-1) ?? ''),
      'offer nothing to be done with it',
    );
  });

  test('a refusal says why, and a right that was taken away leaves the last picture', async () => {
    const { terminal, hears } = await watching();
    hears({ type: 'failed', failure: failure('TOO_MANY_VIEWERS', '32 at once') });
    await terminal.sees('Too many people watch that session already (32 at once).');
    terminal.press('escape');
    await terminal.sees('[Live]');
    terminal.press('enter');
    await terminal.sees('Opening the session');
    hears(FRAME);
    hears({ type: 'failed', failure: failure('WATCHING_ENDED', 'the right to it was taken away') });
    expect(await terminal.sees('the right to it was taken away')).toContain('web1$');
  });

  test('who may not watch is told what it takes; who may not end it, too', async () => {
    const { terminal, hears } = await watching();
    hears(FRAME);
    await terminal.sees('web1$');
    terminal.press('ctrl-e');
    await terminal.sees('PSMLiveSessionTerminators');
    const other = mount({
      services: { sessions: () => Promise.resolve(done([{ ...bobs, mayWatch: false, mayEnd: true }])) },
    });
    await other.terminal.sees('[Accounts]');
    other.terminal.press('tab').press('tab');
    await other.terminal.sees('bob');
    other.terminal.press('enter');
    await other.terminal.sees('to watch it takes Auditors');
  });
});
