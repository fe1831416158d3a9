import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Postern, startPostern } from '../helpers/postern.ts';
import { type Screen, ssh } from '../helpers/ssh-screen.ts';
import { ACCOUNTS, addPerson, keyOf, login, PERSON_PASSWORD } from '../helpers/walk.ts';

let postern: Postern;
let folder: string;
const keygen = (...args: readonly string[]) => execFileSync('ssh-keygen', ['-q', ...args], { stdio: 'pipe' });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'postern-factors-'));
  keygen('-t', 'ed25519', '-N', '', '-f', join(folder, 'ca'));
  const authority = readFileSync(join(folder, 'ca.pub'), 'utf8').trim();
  postern = await startPostern({ config: { userCertificateAuthorities: [authority] } });
});
afterAll(async () => {
  await postern?.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** What an authenticator shows: computed by another program than ours. `ahead`: its clock goes before ours, in seconds. */
function codeOf(key: string, ahead = 0): string {
  const now = `--now=@${Math.floor(Date.now() / 1000) + ahead}`;
  return execFileSync('oathtool', ['--totp', '--base32', now, key], { encoding: 'utf8' }).trim();
}

/** From the screen with the key to the menu; gives the key and the recovery codes, as a person writes them down. */
async function enrol(
  screen: Screen,
): Promise<{ readonly key: string; readonly recovery: readonly string[] }> {
  const text = await screen.sees('2 Type the code');
  const key = (text.match(/\b[A-Z2-7]{4}\b/g) ?? []).join('');
  expect(key).toMatch(/^[A-Z2-7]{32}$/);
  expect(text).toMatch(/[█▀▄]{20}/);
  screen.type(codeOf(key)).press('enter');
  const shown = await screen.sees('Your recovery codes');
  const recovery = shown.match(/\b[0-9a-z]{4}(?:-[0-9a-z]{4}){3}\b/g) ?? [];
  expect(recovery).toHaveLength(10);
  screen.press('enter');
  await screen.sees('Your second factor is set up.');
  return { key, recovery };
}

async function askedForCode(user: string): Promise<Screen> {
  const screen = ssh(postern.port, user);
  await screen.sees('Password');
  screen.type(PERSON_PASSWORD).press('enter');
  await screen.sees('The code that your authenticator shows now');
  return screen;
}

async function leave(screen: Screen): Promise<void> {
  screen.press('ctrl-q');
  await screen.exited;
}

test('enrols in the portal, logs in with a code, and with a recovery code; a reset ends it', {
  timeout: 120_000,
}, async () => {
  await addPerson(postern, 'alice');
  let screen = await login(postern, 'alice');
  screen.press('ctrl-k');
  await screen.sees('set up the second factor');
  screen.type('s');
  await screen.sees('Is it you?');
  screen.type(PERSON_PASSWORD).press('enter');
  const { key, recovery } = await enrol(screen);
  screen.press('escape');
  await screen.sees(ACCOUNTS);
  await leave(screen);

  screen = await askedForCode('alice');
  screen.type('000000').press('enter');
  await screen.sees('That code was not accepted.');
  // the code of the enrolment is used up: the next one, of a clock that goes before ours
  const code = codeOf(key, 30);
  screen.type(code).press('enter');
  await screen.sees(ACCOUNTS);
  await leave(screen);

  screen = await askedForCode('alice');
  screen.type(code).press('enter');
  await screen.sees('That code was not accepted.');
  screen.type(recovery[3] ?? '').press('enter');
  await screen.sees('9 recovery codes are left');
  await leave(screen);

  screen = await askedForCode('alice');
  screen.type(recovery[3] ?? '').press('enter');
  await screen.sees('That code was not accepted.');
  await leave(screen);

  expect(await postern.cli(['user', 'second-factor', 'reset', 'alice'])).toMatchObject({ status: 0 });
  screen = await login(postern, 'alice');
  await leave(screen);
  const audit = await postern.json<{ code: number; detail: string }[]>(['audit', 'list', '--limit', '100']);
  const said = audit.filter(({ code: number }) => number === 917).map(({ detail }) => detail);
  expect(said.toSorted()).toEqual(['a recovery code was used', 'enrolled', 'enrolment begun', 'reset']);
});

test('a group that requires it lets a person do nothing but enrol, after a key too', {
  timeout: 60_000,
}, async () => {
  await postern.json(['group', 'add', 'Operators']);
  expect(await postern.cli(['group', 'set', 'Operators', '--second-factor', 'always'])).toMatchObject({
    status: 2,
  });
  await postern.json(['group', 'set', 'Operators', '--second-factor', 'required']);
  await addPerson(postern, 'bob', ['--group', 'Operators']);
  const identity = await keyOf(postern, 'bob');
  let screen = ssh(postern.port, 'bob', { identity });
  await screen.sees('A group of yours requires one.');
  await leave(screen);
  screen = ssh(postern.port, 'bob', { identity });
  const { key } = await enrol(screen);
  await screen.sees(ACCOUNTS);
  await leave(screen);
  screen = ssh(postern.port, 'bob', { identity });
  await screen.sees('The code that your authenticator shows now');
  screen.type(codeOf(key, 30)).press('enter');
  await screen.sees(ACCOUNTS);
  await leave(screen);
});

test('a person registers a key of his own, logs in with it, and removes it', {
  timeout: 60_000,
}, async () => {
  await addPerson(postern, 'carol');
  const identity = join(folder, 'carol');
  keygen('-t', 'ed25519', '-N', '', '-C', 'my own', '-f', identity);
  let screen = await login(postern, 'carol');
  screen.press('ctrl-k');
  await screen.sees('none: you log in with your password');
  screen.type('a');
  await screen.sees('Paste the public key');
  screen.type(readFileSync(`${identity}.pub`, 'utf8').trim());
  await screen.sees('my own');
  screen.press('enter');
  await screen.sees('Is it you?');
  screen.type(PERSON_PASSWORD).press('enter');
  await screen.sees('is registered.');
  await leave(screen);
  expect(await postern.json<object[]>(['user', 'key', 'list', 'carol'])).toMatchObject([
    { type: 'ssh-ed25519', comment: 'my own', verifyRequired: false },
  ]);

  screen = await login(postern, 'carol', { identity });
  screen.press('ctrl-k');
  await screen.sees('my own');
  screen.type('r');
  await screen.sees('Remove this key?');
  screen.press('enter');
  await screen.sees('is removed.');
  await leave(screen);
  screen = ssh(postern.port, 'carol', { identity });
  await screen.sees('Password');
  screen.kill();
  await screen.exited;
});

test.each([
  ['ed25519', []],
  ['ecdsa', []],
])('the real client logs in with a user certificate, %s', { timeout: 60_000 }, async (type) => {
  const user = `dave-${type}`;
  await addPerson(postern, user);
  const identity = join(folder, type);
  keygen('-t', type, '-N', '', '-f', identity);
  const certify = (...options: readonly string[]) =>
    keygen('-s', join(folder, 'ca'), '-I', 'a laptop', '-z', '7', ...options, `${identity}.pub`);
  certify('-n', user, '-V', '-1m:+5m');
  const screen = await login(postern, user, { identity });
  await leave(screen);
  const audit = await postern.json<{ code: number; actor: string; detail: string }[]>([
    'audit',
    'list',
    '--limit',
    '20',
  ]);
  expect(audit.find(({ code, actor }) => code === 7 && actor === user)?.detail).toContain(
    'certificate "a laptop" serial 7 of SHA256:',
  );

  certify('-n', 'somebody-else', '-V', '-1m:+5m');
  const refused = ssh(postern.port, user, { identity });
  await refused.sees('Password');
  refused.kill();
  await refused.exited;
});
