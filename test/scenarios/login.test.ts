import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Postern, startPostern } from '../helpers/postern.ts';

import { ACCOUNTS, addPerson, keyOf, knock, login, PERSON_PASSWORD } from '../helpers/walk.ts';

let postern: Postern;
beforeAll(async () => {
  postern = await startPostern({ whole: true });
});
afterAll(async () => {
  await postern?.remove();
});

test("first start: the administrator's one-time password, changed at first login; the demo account, a session, a replay", {
  timeout: 120_000,
}, async () => {
  const file = join(postern.home, 'administrator-password');
  expect(postern.output()).toContain(file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const password = readFileSync(file, 'utf8').trim();
  expect(postern.output()).not.toContain(password);

  const screen = await knock(postern, 'Administrator');
  await screen.sees('Password');
  screen.type(password).press('enter');
  await screen.sees('New password');
  for (const typed of [password, 'a much better password 7', 'a much better password 7'])
    screen.type(typed).press('enter');
  await screen.sees(ACCOUNTS);
  expect(existsSync(file)).toBe(false);
  await screen.sees('demo');
  screen.press('enter');
  await screen.output('Your session is being recorded.', 30);
  await screen.output('$ ', 30);
  screen.type('echo hello-$((40+2))\r');
  await screen.output('hello-42\r\n');
  screen.type('exit\r');
  await screen.sees(ACCOUNTS);

  screen.press('tab');
  await screen.sees('Recordings');
  await screen.sees(/demo/i);
  for (let i = 0; ; i += 1) {
    screen.press('ctrl-r', 'enter');
    if (
      await screen.sees('Space play', 3).then(
        () => true,
        () => false,
      )
    )
      break;
    expect(i).toBeLessThan(10);
  }
  screen.press('end');
  await screen.sees('hello-42', 20);
  screen.press('escape');
  await screen.sees('Recordings');
  screen.press('ctrl-q');
  expect(await screen.exited).toBe(0);
});

test('a wrong password and an unknown user are told the same, and too many failures are made to wait', {
  timeout: 120_000,
}, async () => {
  await addPerson(postern, 'carol');
  const said: string[] = [];
  for (const [user, password] of [
    ['carol', 'wrong'],
    ['nobody-here', 'wrong'],
    ['carol', ''],
  ] as const) {
    const screen = await knock(postern, user);
    await screen.sees('Password');
    screen.type(password).press('enter');
    said.push(((await screen.sees('Login failed.')).match(/Login failed\..*/) ?? [''])[0].trim());
    screen.kill();
    await screen.exited;
  }
  expect(new Set(said).size).toBe(1);

  const screen = await knock(postern, 'carol');
  for (let i = 0; i < 5; i += 1) {
    await screen.sees('Password');
    screen.press('ctrl-u').type(`wrong-${i}`).press('enter');
    if (i > 0) await screen.seesNot('Login failed.');
    if ((await screen.sees(/Login failed\.|Too many/)).includes('Too many')) break;
  }
  screen.type(PERSON_PASSWORD).press('enter');
  await screen.sees('Too many failed logins');
  screen.kill();
  await screen.exited;
  const audit = await postern.json<{ code: number; outcome: string }[]>(['audit', 'list', '--limit', '100']);
  expect(audit.filter((row) => row.code === 4 && row.outcome === 'failure').length).toBeGreaterThan(5);
  expect(await postern.cli(['user', 'unlock', 'carol'])).toMatchObject({ status: 0 });
});

test('after login the header tells of the last success', {
  timeout: 60_000,
}, async () => {
  await addPerson(postern, 'dave');
  const first = await login(postern, 'dave');
  first.press('ctrl-q');
  await first.exited;
  const again = await login(postern, 'dave', { columns: 120 });
  await again.sees(/last login \d+ \w+ \d\d:\d\d from 127\.0\.0\.1/);
  again.press('ctrl-q');
  await again.exited;
});

test('a registered key logs in without a password', { timeout: 60_000 }, async () => {
  await addPerson(postern, 'erin');
  const identity = await keyOf(postern, 'erin');
  const screen = await login(postern, 'erin', { identity });
  expect(screen.text()).not.toContain('Password');
  screen.press('ctrl-q');
  expect(await screen.exited).toBe(0);
});

test.each([
  [80, 24],
  [60, 20],
  [200, 50],
  [40, 12],
  [1, 1],
  [500, 300],
])('a terminal of %i x %i, then a storm of resizes', { timeout: 60_000 }, async (columns, rows) => {
  const identity = await keyOf(postern, 'erin');
  const screen = await knock(postern, 'erin', { identity, columns, rows });
  if (columns >= 40) await screen.sees(columns >= 60 ? ACCOUNTS : /\S/);
  for (let i = 0; i < 30; i += 1) screen.resize(30 + ((i * 37) % 170), 5 + ((i * 13) % 60));
  screen.resize(100, 30);
  await screen.sees(ACCOUNTS);
  screen.press('ctrl-q');
  expect(await screen.exited).toBe(0);
});

test.each([
  ['dumb', {}],
  ['an-unknown-terminal', {}],
  ['xterm', { LANG: 'C' }],
])('TERM=%s %j is served', { timeout: 60_000 }, async (TERM, env) => {
  const screen = await knock(postern, 'erin', {
    identity: await keyOf(postern, 'erin'),
    env: { TERM, ...env },
  });
  await screen.sees(ACCOUNTS);
  screen.press('ctrl-q');
  expect(await screen.exited).toBe(0);
});

test.each([
  ['exec', ['true']],
  ['sftp', []],
  ['forwarding', []],
])('%s is refused with a sentence, and nothing hangs', { timeout: 60_000 }, async (what, command) => {
  const identity = await keyOf(postern, 'erin');
  const common = [
    '-F',
    'none',
    '-i',
    identity,
    '-o',
    'IdentitiesOnly=yes',
    '-o',
    'BatchMode=yes',
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    'UserKnownHostsFile=/dev/null',
    '-o',
    'LogLevel=INFO',
    '-p',
    String(postern.port),
  ];
  const args =
    what === 'sftp'
      ? [...common, '-s', 'erin@127.0.0.1', 'sftp']
      : what === 'forwarding'
        ? [...common, '-W', '127.0.0.1:22', 'erin@127.0.0.1']
        : [...common, 'erin@127.0.0.1', ...command];
  const result = spawnSync('ssh', args, { encoding: 'utf8', timeout: 20_000, input: '' });
  expect(result.status).not.toBe(0);
  expect(result.status).not.toBeNull();
  expect(result.stderr + result.stdout).toMatch(
    /needs to know where|not available|not in this release|administratively|prohibited/i,
  );
});

test('the one-time password file is gone from the card of later starts', { timeout: 60_000 }, async () => {
  await postern.restart();
  expect(postern.output()).toContain('postern ready on');
  expect(postern.output()).not.toContain('password');
  expect(existsSync(join(postern.home, 'administrator-password'))).toBe(false);
});
