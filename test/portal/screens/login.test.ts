import { expect, test, vi } from 'vitest';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { alice } from '../fake-services.ts';
import { mount } from '../mount.ts';

test('the login screen at 80x24', async () => {
  const { terminal } = mount({ stranger: true });
  expect(await terminal.screen('Password  _', 'Enter go on')).toMatchInlineSnapshot(`
    " Postern                                                              19:40 UTC
     privileged sessions, recorded
    ────────────────────────────────────────────────────────────────────────────────





              ╭─ Postern login ──────────────────────────────────────────╮
              │                                                          │
              │   User      alice                                        │
              │ > Password  _                                            │
              │                                                          │
              │ Your password is checked by the vault. Every session is  │
              │ recorded.                                                │
              ╰──────────────────────────────────────────────────────────╯







     Enter go on  Tab next field  Esc leave"
  `);
});

test('the login screen at 60x20, in ASCII', async () => {
  const { terminal } = mount({
    stranger: true,
    columns: 60,
    rows: 20,
    env: { color: 'none', unicode: false },
  });
  const text = await terminal.screen('Password  _', 'Enter go on');
  expect(text).toMatch(/^[\x20-\x7e\n]*$/);
  expect(text).toMatchInlineSnapshot(`
    " Postern                                          19:40 UTC
     privileged sessions, recorded
    ------------------------------------------------------------



    +- Postern login ------------------------------------------+
    |                                                          |
    |   User      alice                                        |
    | > Password  _                                            |
    |                                                          |
    | Your password is checked by the vault. Every session is  |
    | recorded.                                                |
    +----------------------------------------------------------+





     Enter go on  Tab next field  Esc leave"
  `);
});

test('user and password lead to the accounts; what is typed ahead is for them', async () => {
  const { terminal } = mount({ stranger: true, prefilledUser: '' });
  await terminal.sees('User      _');
  terminal.type('alice\rsecret\r');
  await terminal.sees('admin60@secappslearning.com');
  expect(terminal.bytes.includes('secret')).toBe(false);
});

test('a refusal says nothing about which part was wrong', async () => {
  const wrong = async (user: string, password: string): Promise<string> => {
    const { terminal } = mount({ stranger: true, prefilledUser: user });
    await terminal.sees('Password  _');
    terminal.type(`${password}\r`);
    return (await terminal.sees('Login failed.')).replace(user.padEnd(7), ' '.repeat(7));
  };
  expect(await wrong('alice', 'nope')).toBe(await wrong('nobody', 'secret'));
});

test('after a refusal the field is empty, and the next try works', async () => {
  const { terminal } = mount({ stranger: true });
  await terminal.sees('Password  _');
  terminal.type('wrong\r');
  await terminal.sees('Login failed.');
  await terminal.sees('Password  _');
  terminal.type('secret\r');
  await terminal.sees('[Accounts]');
});

test('a throttled login says how long to wait', async () => {
  const { terminal } = mount({
    stranger: true,
    services: { login: () => Promise.resolve(failed(failure('LOGIN_THROTTLED', '40 s'))) },
  });
  await terminal.sees('Password  _');
  terminal.type('x\r');
  await terminal.sees('Wait 40 s and try again.');
});

test('the password is wiped after its use, and shown as dots only', async () => {
  const seen: Buffer[] = [];
  const { terminal } = mount({
    stranger: true,
    services: {
      login: (_user, password) => {
        seen.push(password);
        return Promise.resolve(
          password.equals(Buffer.from('hün ter2')) ? done(alice) : failed(failure('LOGIN_REFUSED')),
        );
      },
    },
  });
  await terminal.sees('Password  _');
  terminal.type('hün').paste(' ter2\n').type('X').press('backspace');
  await terminal.sees('••••••••_');
  terminal.press('enter');
  await terminal.sees('[Accounts]');
  expect(seen).toHaveLength(1);
  expect(seen[0]?.every((byte) => byte === 0)).toBe(true);
});

test('Tab, Shift-Tab, Ctrl-U and Ctrl-W work in both fields', async () => {
  const { terminal } = mount({ stranger: true });
  await terminal.sees('> Password');
  terminal.type('abc').press('ctrl-u');
  await terminal.sees('Password  _');
  terminal.press('tab');
  await terminal.sees('User      alice_');
  terminal.press('ctrl-w');
  await terminal.sees('User      _');
  terminal.type('j\u{1f600}k');
  await terminal.sees('User      j\u{1f600}k_');
  terminal.press('shiftTab');
  await terminal.sees('> Password');
});

test('names that could act on a terminal are shown harmless', async () => {
  const { terminal } = mount({ stranger: true, prefilledUser: 'a\x1b]0;x\x07\u202eb' });
  await terminal.sees('a·]0;x··b');
});

test('a closed portal says why and opens by itself', async () => {
  let open = false;
  const { terminal, tick } = mount({
    stranger: true,
    services: {
      configuration: () =>
        Promise.resolve(
          open
            ? done({ branding: 'ACME', methods: ['vault'], version: '1' })
            : failed(failure('VAULT_UNAVAILABLE', 'connection refused')),
        ),
    },
  });
  expect(await terminal.screen('unavailable', 'Esc leave')).toMatchInlineSnapshot(`
    " Postern                                                              19:40 UTC
     privileged sessions, recorded
    ────────────────────────────────────────────────────────────────────────────────





          ╭─ Portal unavailable ─────────────────────────────────────────────╮
          │ The vault does not answer (connection refused).                  │
          │ Try again in a moment; on the bastion: postern doctor            │
          │                                                                  │
          │ Trying again by itself, every two seconds. Sessions that run are │
          │ not touched.                                                     │
          │ VAULT_UNAVAILABLE                                                │
          ╰──────────────────────────────────────────────────────────────────╯







     Esc leave"
  `);
  tick();
  open = true;
  await terminal.sees('unavailable');
  tick();
  await terminal.sees('ACME login');
});

test('a password that must change is changed before anything else', async () => {
  const changed: string[][] = [];
  const { terminal } = mount({
    stranger: true,
    services: {
      login: () => Promise.resolve(done({ ...alice, mustChange: true })),
      changePassword: (old, next) => {
        changed.push([old.toString(), next.toString()]);
        return Promise.resolve(
          next.length < 8 ? failed(failure('PASSWORD_TOO_WEAK', 'shorter than 8 characters.')) : done(null),
        );
      },
    },
  });
  await terminal.sees('Password  _');
  terminal.type('secret\r');
  expect(await terminal.screen('New password', 'Enter go on')).toMatchInlineSnapshot(`
    " Postern                                                              19:40 UTC
     privileged sessions, recorded
    ────────────────────────────────────────────────────────────────────────────────





              ╭─ New password ──────────────────────────────────────────╮
              │ Choose a new password before anything else.             │
              │                                                         │
              │ > Present     _                                         │
              │   New                                                   │
              │   New, again                                            │
              │                                                         │
              │ At least 12 characters, without your user name in them. │
              ╰─────────────────────────────────────────────────────────╯






     Enter go on  Tab next field  Esc leave"
  `);
  terminal.press('tab').press('shiftTab').type('old\rone password\ranother\r');
  await terminal.sees('differ');
  terminal.type('short\rshort\r');
  await terminal.sees('shorter than 8');
  // the present one is there still
  await terminal.sees('> New ');
  terminal.type('long enough\rlong enough\r');
  await terminal.sees('Your password is changed.');
  expect(changed).toEqual([
    ['old', 'short'],
    ['old', 'long enough'],
  ]);
});

test.each(['escape', 'ctrl-c', 'ctrl-d', 'ctrl-q'] as const)(
  '%s leaves, and the terminal is as it was',
  async (key) => {
    const { terminal, finished } = mount({ stranger: true });
    await terminal.sees('Password');
    expect(terminal.alternate).toBe(true);
    terminal.press(key);
    await finished;
    await terminal.until(() => !terminal.alternate, 'be on the first screen again');
    const bytes = terminal.bytes.toString();
    expect(bytes.lastIndexOf('\x1b[?2004l')).toBeGreaterThan(bytes.lastIndexOf('\x1b[?2004h'));
    expect(bytes.lastIndexOf('\x1b[?1049l')).toBeGreaterThan(bytes.lastIndexOf('\x1b[?1049h'));
    expect(terminal.bytes.toString()).toContain('\x1b[?25h');
  },
);

test('with directories one chooses the method; the first is preset', async () => {
  const asked: (string | undefined)[] = [];
  const { terminal } = mount({
    stranger: true,
    services: {
      configuration: () =>
        Promise.resolve(done({ branding: 'Postern', methods: ['corp', 'vault', 'lab'], version: '1' })),
      login: (_user, _password, method) => {
        asked.push(method);
        return Promise.resolve(failed(failure('LOGIN_REFUSED')));
      },
    },
  });
  expect(await terminal.screen('Password  _', 'Left and Right', 'Esc leave')).toMatchInlineSnapshot(`
    " Postern                                                              19:40 UTC
     privileged sessions, recorded
    ────────────────────────────────────────────────────────────────────────────────





              ╭─ Postern login ──────────────────────────────────────────╮
              │                                                          │
              │   User      alice                                        │
              │ > Password  _                                            │
              │   Method    < corp >  Left and Right choose              │
              │                                                          │
              │ Your password is checked by the directory corp. Every    │
              │ session is recorded.                                     │
              ╰──────────────────────────────────────────────────────────╯






     Enter go on  Tab next field  Esc leave"
  `);
  terminal.type('one\r');
  await terminal.sees('Login failed.');
  terminal.press('right');
  await terminal.sees('< vault >');
  terminal.press('right');
  terminal.press('right');
  await terminal.sees('< corp >');
  terminal.press('left');
  await terminal.sees('< lab >');
  terminal.type('two\r');
  await vi.waitFor(() => expect(asked).toEqual(['corp', 'lab']));
});
