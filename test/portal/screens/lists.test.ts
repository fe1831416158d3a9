import { describe, expect, test } from 'vitest';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import type { RecordingRow, SessionRow } from '#/portal/services.js';
import { RECORDINGS, SESSIONS, session } from '../fake-services.ts';
import { type MountOptions, mount } from '../mount.ts';

async function recordings(options: MountOptions = {}) {
  const mounted = mount(options);
  await mounted.terminal.sees('[Accounts]');
  mounted.terminal.press('tab');
  await mounted.terminal.sees('[Recordings]');
  return mounted;
}

async function live(options: MountOptions = {}) {
  const mounted = await recordings(options);
  mounted.terminal.press('tab');
  await mounted.terminal.sees('[Live]');
  return mounted;
}

describe('recordings', () => {
  test.each([
    [80, 24],
    [60, 20],
  ])('at %ix%i', async (columns, rows) => {
    const { terminal } = await recordings({ columns, rows });
    const text = await terminal.screen('postgres@db1', 'Enter replay');
    if (columns === 80)
      expect(text).toMatchInlineSnapshot(`
        " Postern    Accounts  [Recordings]  Live   Help                alice  19:40 UTC
         last login 22 Nov 23:40 from 10.0.0.5 · last failure 21 Nov 17:40 from 10.0.0.9
        ────────────────────────────────────────────────────────────────────────────────
        > _ type to find one of your recordings                                        4
          Started, UTC   Length  User        Account                       Outcome
        > 23 Nov 19:30    10:00  alice       admin60@secappslearning.com   running
          23 Nov 17:40    03:07  alice       root@web1.example.com         exited
          22 Nov 17:40  1:00:00  alice       postgres@db1.example.com      terminated
          19 Oct 2025     00:45  alice       root@web1.example.com         session-host…












          running · safe Linux-Production · from 10.0.0.5 · being written

         Enter replay  ^F search  ^W browser  Tab screens  ^Q quit  ^O hold  ^X delete"
      `);
    else
      expect(text).toMatchInlineSnapshot(`
        " Postern    Accounts [Recordings] Live  Help          alice
         last login 22 Nov 23:40 from 10.0.0.5 · last failure 21 No…
        ────────────────────────────────────────────────────────────
        > _ type to find one of your recordings                    4
          Started, UTC   Length  User     Account
        > 23 Nov 19:30    10:00  alice    admin60@secappslearning.c…
          23 Nov 17:40    03:07  alice    root@web1.example.com
          22 Nov 17:40  1:00:00  alice    postgres@db1.example.com
          19 Oct 2025     00:45  alice    root@web1.example.com








          running · safe Linux-Production · from 10.0.0.5 · being w…

         Enter replay  ^F search  ^W browser  Tab screens  ^Q quit"
      `);
  });

  test('at 200x50 tell everything about one', async () => {
    const { terminal } = await recordings({ columns: 200, rows: 50 });
    await terminal.sees('terminated');
    terminal.type('cut').press('ctrl-u').type('host-died');
    const text = await terminal.sees('1 found');
    for (const words of [
      'no: cut, what is there is valid',
      '48 kB',
      'PSMRecordings',
      'level 3',
      'its session host died',
    ])
      expect(text).toContain(words);
  });

  test('are filtered by account, user, safe and outcome, and Enter replays', async () => {
    const { terminal } = await recordings();
    await terminal.sees('terminated');
    terminal.type('terminated');
    await terminal.sees('1 found');
    terminal.press('enter');
    await terminal.sees('postgres@db1.example.com  alice, 2026-11-22 17:40 UTC');
    terminal.press('escape');
    await terminal.sees('> terminated_');
  });

  test('come by themselves, and Ctrl-R asks at once', async () => {
    let rows: readonly RecordingRow[] = RECORDINGS.slice(0, 1);
    const { terminal, tick } = await recordings({
      services: { recordings: () => Promise.resolve(done(rows)) },
    });
    await terminal.sees('exited');
    rows = RECORDINGS.slice(0, 2);
    tick();
    await terminal.sees('terminated');
    rows = RECORDINGS;
    terminal.press('ctrl-r');
    await terminal.sees('running');
  });

  test('say so when there are none', async () => {
    const { terminal } = await recordings({ services: { recordings: () => Promise.resolve(done([])) } });
    await terminal.sees('No recordings yet');
  });
});

describe('live', () => {
  test('at 80x24', async () => {
    const { terminal } = await live();
    expect(await terminal.screen('bob', 'Enter open')).toMatchInlineSnapshot(`
      " Postern    Accounts   Recordings  [Live]  Help                alice  19:40 UTC
       last login 22 Nov 23:40 from 10.0.0.5 · last failure 21 Nov 17:40 from 10.0.0.9
      ────────────────────────────────────────────────────────────────────────────────
      > _ type to find a session, sorted by start                                    2
        State      User       Account                 From              Idle     Since
      > running    you        root@web1.example.com   10.0.0.5         02:00     12:00
        running    bob        postgres@db1.example.…  10.0.0.77        02:00   1:30:00














        yours · idle 02:00 · 48.2 kB · safe Linux-Production · from 10.0.0.5 · level 3

       Enter open  ^P from its start  ^E end  Tab screens  ^Q quit  ^O sort  Esc back"
    `);
  });

  test('at 60x20', async () => {
    const { terminal } = await live({ columns: 60, rows: 20 });
    expect(await terminal.screen('bob', 'Enter open')).toMatchInlineSnapshot(`
      " Postern    Accounts  Recordings [Live] Help          alice
       last login 22 Nov 23:40 from 10.0.0.5 · last failure 21 No…
      ────────────────────────────────────────────────────────────
      > _ type to find a session, sorted by start                2
        State      User    Account                  Idle     Since
      > running    you     root@web1.example.com   02:00     12:00
        running    bob     postgres@db1.example.…  02:00   1:30:00










        yours · idle 02:00 · 48.2 kB · safe Linux-Production · fr…

       Enter open  ^P from its start  ^E end  Tab screens  ^Q quit"
    `);
  });

  test('Enter takes up one of my own', async () => {
    const { terminal } = await live({
      services: { reattach: () => Promise.resolve({ kind: 'failed', failure: failure('SESSION_GONE') }) },
    });
    await terminal.sees('bob');
    terminal.press('enter');
    await terminal.sees('SESSION_GONE');
    terminal.press('enter');
    await terminal.sees('[Live]');
  });

  test('Ctrl-E ends my own after asking; Esc does nothing', async () => {
    const ended: string[] = [];
    const { terminal } = await live({
      services: { endSession: (id, reason) => Promise.resolve(done((ended.push(id, reason), null))) },
    });
    await terminal.sees('bob');
    terminal.press('ctrl-e');
    await terminal.sees('End your session on root@web1.example.com?');
    terminal.press('escape');
    await terminal.sees('bob');
    expect(ended).toEqual([]);
    terminal.press('ctrl-e');
    await terminal.sees('End your session');
    terminal.press('enter');
    await terminal.sees('root@web1.example.com: session ended');
    expect(ended).toEqual(['s1', 'ended by its owner']);
  });

  test('ending somebody else’s needs the right, and a reason', async () => {
    const ended: string[] = [];
    const rows = [
      session('s2', { user: 'bob', mine: false, mayEnd: true }),
      session('s3', { user: 'carol', mine: false, mayEnd: false, mayWatch: false }),
    ];
    const { terminal } = await live({
      services: {
        sessions: () => Promise.resolve(done(rows)),
        endSession: (id, reason) => Promise.resolve(done((ended.push(id, reason), null))),
      },
    });
    await terminal.sees('carol');
    terminal.type('carol').press('ctrl-e');
    await terminal.sees('PSMLiveSessionTerminators');
    terminal.press('ctrl-u').type('bob').press('ctrl-e');
    await terminal.sees('End the session of bob');
    terminal.press('enter');
    await terminal.sees('Type a reason');
    terminal.type('maintenancex').press('backspace').press('enter');
    await terminal.sees('session ended');
    expect(ended).toEqual(['s2', 'maintenance']);
  });

  test('shows a new session by itself', async () => {
    let rows: readonly SessionRow[] = SESSIONS.slice(0, 1);
    const { terminal, tick } = await live({ services: { sessions: () => Promise.resolve(done(rows)) } });
    await terminal.sees('running');
    rows = SESSIONS;
    tick();
    await terminal.sees('bob');
  });

  test('keeps what it shows while the vault is away', async () => {
    let away = false;
    const { terminal, tick } = await live({
      services: {
        sessions: () =>
          Promise.resolve(away ? failed(failure('VAULT_UNAVAILABLE', 'restarting')) : done(SESSIONS)),
      },
    });
    await terminal.sees('bob');
    away = true;
    tick();
    expect(await terminal.sees('The vault does not answer (restarting).')).toContain('bob');
  });
});

describe('help', () => {
  test('is made from the key table and scrolls', async () => {
    const { terminal } = mount();
    await terminal.sees('web1');
    terminal.press('shiftTab');
    expect(await terminal.screen('[Help]', 'Keys, screen', 'Esc accounts')).toMatchInlineSnapshot(`
      " Postern    Accounts   Recordings   Live  [Help]               alice  19:40 UTC
       last login 22 Nov 23:40 from 10.0.0.5 · last failure 21 Nov 17:40 from 10.0.0.9
      ────────────────────────────────────────────────────────────────────────────────
       Keys, screen by screen                                                      ·▼
       Without the menu
         ssh -t alice%USER%ADDRESS@BASTION  straight to that account; what is missing
                                            is asked here
         postern ssh-config                 run by an administrator: an ssh
                                            configuration with an alias for each of
                                            your accounts

       Accounts
         any character   finds what is typed, in any order of words
         Enter           connect to the account
         Tab             next screen
         Shift-Tab       previous screen
         Ctrl-Q          leave Postern at once; sessions end only when you end them
         Ctrl-D, Ctrl-C  leave Postern, after asking
         Ctrl-L          draw everything again
         Ctrl-F          make it a favourite, or no longer
         Ctrl-Y          show or copy its secret, if you may
         Ctrl-O          your safes: their members and audit

       Esc accounts  Tab screens  Ctrl-Q quit  Ctrl-K you"
    `);
    terminal.press('down', 'pageDown');
    await terminal.sees('▲▼');
    terminal.press('end');
    await terminal.sees('▲·');
    terminal.press('up', 'pageUp', 'home');
    await terminal.sees('·▼');
    terminal.type('jk').press('escape');
    await terminal.sees('[Accounts]');
  });
});
