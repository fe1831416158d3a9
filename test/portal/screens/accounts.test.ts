import { describe, expect, test } from 'vitest';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { AccountRow } from '#/portal/services.js';
import { ACCOUNTS, account, alice, session } from '../fake-services.ts';
import { mount } from '../mount.ts';

test('the accounts at 80x24', async () => {
  const { terminal } = mount();
  expect(await terminal.screen('web1', 'Enter connect')).toMatchInlineSnapshot(`
    " Postern   [Accounts]  Recordings   Live   Help                alice  19:40 UTC
     last login 22 Nov 23:40 from 10.0.0.5 · last failure 21 Nov 17:40 from 10.0.0.9
    ────────────────────────────────────────────────────────────────────────────────
    > _ type to find an account                                                    6
        Account                                    Safe                   Last used
    > ★ admin60@secappslearning.com                Windows-Domain-Safe
        root@web1.example.com                      Linux-Production       5 min ago
        root@web2.example.com                      Linux-Production       3 h ago
        postgres@db1.example.com                   Databases
        管理者@tōkyō.example.jp                    日本
      ✗ oracle@db2.example.com                     Databases              not usable










      port 22 · UnixSSH by password · host key SHA256:uNiVztksCsDhcc0u9e8BgrJXVGLYI…

     Enter connect  Tab screens  ^Q quit  ^F favourite  ^Y reveal  ^O safes  ^A add"
  `);
});

test('the accounts at 60x20', async () => {
  const { terminal } = mount({ columns: 60, rows: 20 });
  expect(await terminal.screen('web1', 'Enter connect')).toMatchInlineSnapshot(`
    " Postern   [Accounts] Recordings  Live  Help          alice
     last login 22 Nov 23:40 from 10.0.0.5 · last failure 21 No…
    ────────────────────────────────────────────────────────────
    > _ type to find an account                                6
        Account                     Safe              Last used
    > ★ admin60@secappslearning.c…  Windows-Domain-…
        root@web1.example.com       Linux-Production  5 min ago
        root@web2.example.com       Linux-Production  3 h ago
        postgres@db1.example.com    Databases
        管理者@tōkyō.example.jp     日本
      ✗ oracle@db2.example.com      Databases         not usable






      port 22 · UnixSSH by password · host key SHA256:uNiVztksC…

     Enter connect  Tab screens  ^Q quit  ^F favourite  ^O safes"
  `);
});

test('the accounts at 120x30: the details beside the list', async () => {
  const { terminal } = mount({ columns: 120, rows: 30 });
  expect(await terminal.screen('web1', 'Enter connect')).toMatchInlineSnapshot(`
    " Postern   [Accounts]  Recordings   Live   Help                                                        alice  19:40 UTC
     last login 22 Nov 23:40 from 10.0.0.5 · last failure 21 Nov 17:40 from 10.0.0.9
    ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    > _ type to find an account                                                                                            6
        Account                               Safe                  Last used  │ admin60@secappslearning.com
    > ★ admin60@secappslearning.com           Windows-Domain-Safe              │
        root@web1.example.com                 Linux-Production      5 min ago  │ Safe       Windows-Domain-Safe
        root@web2.example.com                 Linux-Production      3 h ago    │ User       admin60
        postgres@db1.example.com              Databases                        │ Address    secappslearning.com
        管理者@tōkyō.example.jp               日本                             │ Port       22
      ✗ oracle@db2.example.com                Databases             not usable │ Platform   UnixSSH
                                                                               │ Secret     password, kept in the vault
                                                                               │ Host key   SHA256:uNiVztksCsDhcc0u9e8BgrJXV
                                                                               │            GLYIYtKxxZT1vDJrzg
                                                                               │ Last used  never by you
                                                                               │ Favourite  yes
                                                                               │
                                                                               │
                                                                               │
                                                                               │
                                                                               │
                                                                               │
                                                                               │
                                                                               │
                                                                               │
                                                                               │
                                                                               │
                                                                               │

     Enter connect  Tab screens  ^Q quit  ^F favourite  ^Y reveal  ^O safes  ^R refresh  Esc back  ^A add  ^X change  ^K you"
  `);
});

test('what policy says of an account in particular is in its details, and that it asks for a reason in the summary', async () => {
  const policy = ['reasonRequired yes (safe Lab)', 'idleMinutes 10 (account root@web1)'];
  const accounts = () =>
    Promise.resolve(done([account('a1', 'root', 'web1', { reasonRequired: true, policy })]));
  const wide = mount({ columns: 120, rows: 30, services: { accounts } });
  expect(await wide.terminal.screen('web1', 'Policy')).toMatch(
    /Policy +reasonRequired yes \(safe Lab\)\n.*idleMinutes 10/,
  );
  const narrow = mount({ services: { accounts } });
  expect(await narrow.terminal.screen('web1', 'port 22')).toContain(
    'UnixSSH by password · asks for a reason · host key',
  );
});

test('without Unicode, every cell is ASCII and every column where it was', async () => {
  const { terminal } = mount({ env: { color: 'none', unicode: false } });
  const text = await terminal.sees('web1');
  expect(text).toMatch(/^[\x20-\x7e\n]*$/);
  const rows = text.split('\n');
  const column = rows.find((row) => row.includes('web1'))?.indexOf('Linux-Production');
  expect(rows.find((row) => row.includes('t?ky?'))?.lastIndexOf('????')).toBe(column);
});

describe('typing', () => {
  test('filters at once; every letter is text, in any script', async () => {
    const { terminal } = mount();
    await terminal.sees('web1');
    terminal.type('jkq');
    await terminal.sees('> jkq_');
    await terminal.sees('Nothing matches');
    terminal.press('ctrl-u').type('管理');
    await terminal.sees(/>\s+管理者@tōkyō/);
    await terminal.sees('1 of 6');
    terminal.press('backspace', 'backspace').paste('data\n');
    await terminal.sees('> data_');
    await terminal.sees('2 of 6');
    terminal.press('ctrl-w');
    await terminal.sees('type to find an account');
  });

  test('Esc takes the filter back; with nothing typed it asks whether to leave', async () => {
    const { terminal } = mount();
    await terminal.sees('web1');
    terminal.type('db');
    await terminal.sees('2 of 6');
    terminal.press('escape');
    await terminal.sees('type to find an account');
    terminal.press('escape');
    await terminal.sees('Leave Postern?');
    terminal.press('escape');
    await terminal.sees('type to find an account');
  });
});

describe('moving', () => {
  const many = Array.from({ length: 40 }, (_, i) => account(`m${i}`, 'root', `host${i}`, { safe: 'S' }));
  const services = { accounts: () => Promise.resolve(done(many)) };
  const at = (row: number) => new RegExp(`^>\\s+root@host${row}\\s`, 'm');

  test('by arrows, pages, Home and End', async () => {
    const { terminal } = mount({ services });
    await terminal.sees(at(0));
    terminal.press('down', 'down', 'up');
    await terminal.sees(at(1));
    terminal.press('pageDown');
    await terminal.sees(at(17));
    terminal.press('pageUp');
    await terminal.sees(at(1));
    terminal.press('end');
    await terminal.sees(at(39));
    terminal.press('down');
    await terminal.sees(at(39));
    terminal.press('home');
    await terminal.sees(at(0));
  });
});

describe('commands', () => {
  test('Enter on an account that cannot be used says why', async () => {
    const { terminal } = mount();
    await terminal.sees('web1');
    terminal.type('oracle\r');
    await terminal.sees('oracle@db2.example.com cannot be used: useAccounts is missing on this safe');
  });

  test('Enter pressed before the list is there connects when it is', async () => {
    const { promise, resolve } = Promise.withResolvers<Outcome<readonly AccountRow[]>>();
    const { terminal } = mount({
      services: { accounts: () => promise, connect: () => new Promise(() => undefined) },
    });
    await terminal.sees('Asking the vault');
    terminal.type('web2\r');
    await terminal.sees('> web2_');
    resolve(done(ACCOUNTS));
    await terminal.sees('Connecting to root@web2.example.com');
  });

  test('Ctrl-F makes a favourite, and takes it back', async () => {
    let rows = ACCOUNTS;
    const { terminal } = mount({
      services: {
        accounts: () => Promise.resolve(done(rows)),
        favourite: (id, on) => {
          rows = rows.map((row) => (row.id === id ? { ...row, favourite: on } : row));
          return Promise.resolve(done(null));
        },
      },
    });
    await terminal.sees('web1');
    terminal.type('web2').press('ctrl-f');
    await terminal.sees('★ root@web2');
    terminal.press('ctrl-f');
    await terminal.sees('no longer a favourite');
    await terminal.seesNot('★ root@web2');
  });

  test('Ctrl-R asks again; a failure is shown and the old rows stay', async () => {
    let answers = 0;
    const { terminal } = mount({
      services: {
        accounts: () =>
          Promise.resolve(
            (answers += 1) === 1 ? done(ACCOUNTS) : failed(failure('VAULT_UNAVAILABLE', 'restarting')),
          ),
      },
    });
    await terminal.sees('web1');
    terminal.press('ctrl-r');
    await terminal.sees('The vault does not answer (restarting).');
    await terminal.sees('web1');
  });

  test('Tab and Shift-Tab go around the screens; filter and selection wait', async () => {
    const { terminal } = mount();
    await terminal.sees('web1');
    terminal.type('web').press('down');
    await terminal.sees(/^>\s+root@web2/m);
    terminal.press('tab');
    await terminal.sees('[Recordings]');
    terminal.press('tab');
    await terminal.sees('[Live]');
    terminal.press('tab');
    await terminal.sees('[Help]');
    terminal.press('tab');
    await terminal.sees('[Accounts]');
    await terminal.sees('> web_');
    await terminal.sees(/^>\s+root@web2/m);
    terminal.press('shiftTab');
    await terminal.sees('[Help]');
  });

  test('Ctrl-Q leaves at once, logged out', async () => {
    let out = 0;
    const { terminal, finished } = mount({
      services: { logout: () => Promise.resolve(done(((out += 1), null))) },
    });
    await terminal.sees('web1');
    terminal.press('ctrl-q');
    await finished;
    expect(out).toBe(1);
  });

  test.each(['ctrl-d', 'ctrl-c'] as const)('%s asks, Enter leaves', async (key) => {
    const { terminal, finished } = mount();
    await terminal.sees('web1');
    terminal.press(key);
    expect(await terminal.sees('Leave Postern?')).toContain('Sessions that run on');
    terminal.type('n');
    await terminal.sees('web1');
    terminal.press(key);
    await terminal.sees('Leave Postern?');
    terminal.press('enter');
    await finished;
  });

  test('a login that is over leads back to the login', async () => {
    let over = false;
    const { terminal } = mount({
      services: { accounts: () => Promise.resolve(over ? failed(failure('NOT_LOGGED_IN')) : done(ACCOUNTS)) },
    });
    await terminal.sees('web1');
    over = true;
    terminal.press('ctrl-r');
    await terminal.sees('This login is no longer valid.');
    await terminal.sees('> Password');
    expect(terminal.text()).not.toContain('web1');
  });
});

test('names from outside act on nobody’s terminal', async () => {
  const evil = account('e', 'ev\x1b]0;owned\x07il', 'ho\u202est\x9b2J\r\nx', { safe: 'sa\x1bPfe\u200b' });
  const { terminal } = mount({ services: { accounts: () => Promise.resolve(done([evil])) } });
  await terminal.sees('ev·]0;owned·il@ho·st·2J··x');
  expect(terminal.bytes.toString('latin1')).not.toContain('\x1b]0;owned');
  expect(terminal.bytes.toString('latin1')).not.toContain('\x1bP');
});

test('a session that waits is offered after login', async () => {
  const { terminal } = mount({
    services: { sessions: () => Promise.resolve(done([session('s9', { state: 'detached' })])) },
  });
  expect(await terminal.screen('Welcome back', 'Enter choose')).toMatchInlineSnapshot(`
    " Postern    Accounts   Recordings   Live   Help                alice  19:40 UTC
     last login 22 Nov 23:40 from 10.0.0.5 · last failure 21 Nov 17:40 from 10.0.0.9
    ────────────────────────────────────────────────────────────────────────────────






                ╭─ Welcome back ──────────────────────────────────────╮
                │ A session of yours runs on without a terminal.      │
                │                                                     │
                │ > Take up root@web1.example.com, running for 12:00  │
                │   Not now, go to the accounts                       │
                ╰─────────────────────────────────────────────────────╯








     Enter choose  Esc back"
  `);
  terminal.press('down');
  await terminal.sees('> Not now');
  terminal.press('enter');
  await terminal.sees('[Accounts]');
});

test('a failed login after the last success stands out by its words', async () => {
  const person = {
    ...alice.person,
    lastSuccess: null,
    lastFailure: { at: Date.UTC(2025, 0, 2, 3, 4), from: '10.0.0.66' },
  };
  const { terminal } = mount({ loggedIn: { ...alice, person } });
  await terminal.sees('first login · last failure 2 Jan 2025 from 10.0.0.66');
});

test('a notice from outside is shown', async () => {
  const { terminal, notify } = mount();
  await terminal.sees('web1');
  notify('Postern stops in a minute.');
  await terminal.sees('! Postern stops in a minute.');
});
