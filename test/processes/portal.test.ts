import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DELIMITERS } from '#/domain/destination.js';
import { abilitiesOf } from '#/processes/portal/abilities.js';
import { serveTerminal } from '#/processes/portal/serve-terminal.js';
import { openRaw } from '../door/raw-client.js';
import {
  openRig,
  type Person,
  type Rig,
  type RigOptions,
  somebody,
  ssh,
  sshOptions,
  until,
} from '../door/rig.js';
import { type Guest, type House, openHouse } from './house.js';

let house: House;
let rig: Rig;
let draining: AbortController;
let crashes: unknown[];

beforeEach(async () => {
  house = await openHouse();
  draining = new AbortController();
  crashes = [];
});
afterEach(async () => {
  await rig.close();
  await house.close();
  expect(crashes).toEqual([]);
});

async function door(options: RigOptions = {}): Promise<void> {
  rig = await openRig({
    ...options,
    serve: (terminal) =>
      serveTerminal(terminal, {
        vault: house.vault,
        run: house.run,
        delimiters: DELIMITERS,
        log: (what, about) => crashes.push([what, about]),
        draining: draining.signal,
      }),
  });
}

/** A session that echoes, and ends at `q`. */
async function echoHost(): Promise<Guest[]> {
  const guests: Guest[] = [];
  await house.host(0, (guest) => {
    guests.push(guest);
    guest.say({ type: 'live' });
    guest.data(Buffer.from('Your session is being recorded.\r\nWELCOME\r\n'));
    guest.onData = (bytes) => {
      guest.data(bytes);
      if (bytes.includes('q'))
        guest.say({ type: 'ended', ending: { kind: 'exited', status: 0, signal: null } });
    };
  });
  return guests;
}

async function logIn(args: readonly string[] = ['-tt']): Promise<Person> {
  const person = ssh(rig, args);
  await person.sees('Password');
  person.pty.write('right\r');
  await person.sees('admin60');
  return person;
}

describe('a person behind the door', () => {
  test('logs in, connects, works, comes back to the menu and leaves', async () => {
    await door();
    await echoHost();
    const person = await logIn();
    person.pty.write('\r');
    await person.sees('WELCOME');
    person.pty.write('xyz\x1b[A');
    await person.sees('xyz\x1b[A');
    person.pty.write('q');
    await person.sees(/exit status 0/);
    expect(house.asked.find(({ call }) => call === 'person.login')?.args).toEqual({
      user: 'alice',
      from: '127.0.0.1',
      via: 'ssh',
      method: 'vault',
    });
    person.pty.kill('SIGTERM');
    await until(() => house.asked.some(({ call }) => call === 'person.logout'));
  });

  test('is gone in the middle of a session: it lives on, and the portal lets go of everything', async () => {
    await door();
    const guests = await echoHost();
    const person = await logIn();
    person.pty.write('\r');
    await person.sees('WELCOME');
    const closed = once(guests[0]?.socket ?? (person.pty as never), 'close');
    person.pty.kill('SIGKILL');
    await closed;
    expect(guests[0]?.messages.filter(({ type }) => type === 'end')).toEqual([]);
    await until(() => house.asked.some(({ call }) => call === 'person.logout'));
  });

  test('who proved a key at the door sees no login screen', async () => {
    await door({ questions: { keyKnown: async () => true, loginByKey: async () => somebody } });
    const key = await import('node:child_process').then(({ spawnSync }) => {
      const path = `${house.run}/key`;
      spawnSync('ssh-keygen', ['-q', '-N', '', '-t', 'ed25519', '-f', path]);
      return path;
    });
    const person = ssh(rig, ['-tt', '-o', 'IdentitiesOnly=yes', '-i', key]);
    await person.sees('admin60');
    expect(person.screen()).not.toContain('Password');
    expect(house.asked.find(({ call }) => call === 'person.accounts')?.args).toEqual({
      ticket: somebody.ticket,
    });
    person.pty.kill('SIGKILL');
    await until(() => house.asked.some(({ call }) => call === 'person.logout'));
  });

  test('who guesses six times is sent away with a sentence', async () => {
    await door();
    const person = ssh(rig, ['-tt']);
    await person.sees('Password');
    for (let n = 1; n <= 6; n += 1) {
      person.pty.write(`guess${n}\r`);
      await until(() => house.asked.filter(({ call }) => call === 'person.login').length === n);
      if (n === 1) await person.sees('Login failed');
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    await person.exit;
    expect(person.screen()).toContain('Too many failed logins on this connection.');
    expect(person.screen()).not.toContain('guess');
  });

  test('who does not log in is sent away with a sentence', async () => {
    await door({ limits: { loginGrace: 400 } });
    const person = ssh(rig, ['-tt']);
    await person.exit;
    expect(person.screen()).toContain('Nobody logged in within 0.4 seconds.');
    expect(person.screen()).toContain('\x1b[?1049l');
  });

  test('in the menu is told of a restart, with his screen in order', async () => {
    await door();
    const person = await logIn();
    draining.abort('Postern is restarting.');
    expect(await person.exit).toBe(0);
    const screen = person.screen();
    expect(screen).toContain('postern: Postern is restarting.');
    expect(screen.lastIndexOf('\x1b[?1049l')).toBeLessThan(screen.indexOf('postern: Postern is restarting.'));
    expect(screen).toContain('\x1b[?1049l');
  });

  test('in a session is told of a restart too, and the session lives on', async () => {
    await door();
    const guests = await echoHost();
    const person = await logIn();
    person.pty.write('\r');
    await person.sees('WELCOME');
    const closed = once(guests[0]?.socket ?? (person.pty as never), 'close');
    draining.abort('Postern is restarting.');
    await person.exit;
    await closed;
    expect(person.screen()).toContain('postern: Postern is restarting.');
    expect(guests[0]?.messages.filter(({ type }) => type === 'end')).toEqual([]);
  });

  test('whose input is at its end leaves the menu', async () => {
    await door();
    const client = spawn('ssh', [...sshOptions(rig), '-tt', '-l', 'alice', '127.0.0.1'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    client.stdout.resume();
    await until(() => rig.terminals.length === 1);
    client.stdin.end();
    const [code] = (await once(client, 'close')) as [number];
    expect(code).toBe(0);
  });

  test.each([
    ['nothing', ''],
    ['a NUL', 'a\0lice'],
    ['a path', '../x'],
    ['an option', '-oProxyCommand=touch /tmp/x'],
    ['bidi and zero-width characters', 'al\u202eice\u200b'],
    ['an escape', '\x1b]0;x\x07'],
    ['30,000 characters', 'x'.repeat(30_000)],
  ])('with a user name of %s sees an empty field, and nothing of the name', async (_what, user) => {
    await door();
    const raw = await openRaw(rig, { user });
    await raw.shell();
    await until(() => Buffer.concat(raw.received).includes('Password'));
    const screen = Buffer.concat(raw.received).toString();
    expect(screen).toMatch(/User {6}[ _]/);
    if (user !== '') expect(screen).not.toContain(user.slice(0, 60));
    raw.client.destroy();
    await raw.gone;
  });

  test('and eight at once, each with a screen of his own', async () => {
    await door();
    const people = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const raw = await openRaw(rig, { user: 'alice' });
        await raw.shell();
        return raw;
      }),
    );
    await until(() => people.every(({ received }) => Buffer.concat(received).includes('alice')));
    for (const { client } of people) client.destroy();
    await until(() => rig.terminals.every(({ gone }) => gone.aborted));
  });
});

test.each([
  ['xterm-256color', 'en_US.UTF-8', { color: '256', unicode: true }],
  ['xterm-kitty', 'C.utf8', { color: '256', unicode: true }],
  ['xterm', 'C', { color: '16', unicode: false }],
  ['linux', 'de_DE.ISO-8859-1', { color: '16', unicode: false }],
  ['dumb', 'C.UTF-8', { color: 'none', unicode: true }],
  ['xterm-256color', '', { color: '256', unicode: true }],
  ['linux', '', { color: '16', unicode: false }],
  ['vt100', 'C.UTF-8', { color: 'none', unicode: true }],
  ['xterm-mono', 'C.UTF-8', { color: 'none', unicode: true }],
])('a terminal %s with %s can show %j', (term, lang, abilities) => {
  expect(abilitiesOf(term, lang)).toEqual(abilities);
});
