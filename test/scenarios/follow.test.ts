/** The recording of a session that runs is followed by somebody else: who is told, and what ends it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, type Postern, startPostern } from '../helpers/postern.ts';
import type { Screen } from '../helpers/ssh-screen.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import { addPerson, connectTo, keyOf, login, PROMPT, prepare } from '../helpers/walk.ts';
import { loginWithWeb, offeredToken, openPage } from '../helpers/web-page.ts';

let target: Target;
let postern: Postern;
let account: string;
const keys: Record<string, string> = {};

beforeAll(async () => {
  [postern, target] = await Promise.all([startPostern(), startTarget()]);
  account = (await prepare(postern, target)).accountId;
  for (const person of ['audrey', 'carol']) await addPerson(postern, person, ['--group', 'Auditors']);
  for (const person of ['alice', 'audrey', 'carol']) keys[person] = await keyOf(postern, person);
}, 90_000);
afterAll(async () => {
  await postern?.remove();
  await target?.stop();
});

const enter = (person: string) => login(postern, person, { identity: keys[person] ?? '' });

/** Selects the only recording whose session runs. */
async function library(screen: Screen): Promise<void> {
  screen.press('tab');
  await screen.sees(/alice +admin60@127\.0\.0\.1 +running/);
}

async function watchers(): Promise<readonly string[]> {
  return (await postern.json<{ watchers: string[] }[]>(['sessions', 'list']))[0]?.watchers ?? [];
}

async function leave(...screens: readonly Screen[]): Promise<void> {
  for (const screen of screens) {
    screen.press('ctrl-q');
    await screen.exited;
  }
}

test('the owner of a session without a terminal is told on standard error, of each person once, where that is asked for', {
  timeout: 90_000,
}, async () => {
  await postern.json(['account', 'set', account, 'tellWhenWatched', 'yes']);
  const child = spawn('ssh', [
    ...['-F', 'none', '-T', '-p', String(postern.port), '-i', keys['alice'] ?? '', '-o', 'LogLevel=ERROR'],
    ...['-o', 'IdentitiesOnly=yes', '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'],
    ...[`alice%admin60%127.0.0.1#${target.port}@127.0.0.1`, 'echo begun; cat; echo all of it'],
  ]);
  let [out, err] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString('utf8')));
  child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString('utf8')));
  const closed = once(child, 'close');
  await eventually('the command to run', () => out === 'begun\n');
  const [session] = await postern.json<{ id: string }[]>(['sessions', 'list']);
  const bundle = ['recordings', 'export', session?.id ?? '', '--format', 'bundle', '--output', '-'];
  expect(await postern.cli(bundle)).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/still runs.*\[RECORDING_RUNS, ours\]\n {2}next: .*has ended/) as string,
  });
  const audrey = await enter('audrey');
  await library(audrey);
  for (let times = 0; times < 2; times += 1) {
    audrey.press('enter');
    await audrey.sees(/running +80x24/);
    await eventually('her name on the list', async () => (await watchers()).join() === 'audrey');
    await eventually('the owner to be told', () => err.includes('audrey now watches this session.'));
    audrey.press('escape');
    await eventually('her name off the list', async () => (await watchers()).length === 0);
  }
  child.stdin.end('input\n');
  expect(await closed).toEqual([0, null]);
  expect(out).toBe('begun\ninput\nall of it\n');
  expect(err.match(/postern: audrey now watches this session\.\n/g)).toHaveLength(1);
  await postern.cli(['account', 'unset', account, 'tellWhenWatched']);
  await leave(audrey);
});

test('a right that is taken away ends the following of a recording, in the terminal and in the browser', {
  timeout: 90_000,
}, async () => {
  const alice = await enter('alice');
  await connectTo(alice, 'admin60');
  const audrey = await enter('audrey');
  await library(audrey);
  audrey.press('enter');
  await audrey.sees(/running +80x24/);
  audrey.press('end');
  await audrey.sees('following');
  await audrey.sees(PROMPT);
  const { screen: carol, origin } = await loginWithWeb(postern, 'carol', keys['carol'] ?? '');
  await library(carol);
  const page = await openPage(origin, await offeredToken(postern, 'carol', carol));
  expect(await (await page.get('news/0')).text()).toContain(PROMPT.trim());
  await eventually('both on the list', async () => (await watchers()).join() === 'audrey,carol');

  const over = page.get('over');
  for (const person of ['audrey', 'carol'])
    await postern.json(['group', 'member', 'remove', 'Auditors', person]);
  await audrey.sees('You may not watch that session any more');
  expect(await (await over).json()).toMatchObject({
    message: expect.stringContaining('You may not watch that session any more') as string,
  });
  await eventually('nobody on the list', async () => (await watchers()).length === 0);
  alice.type('echo $((40+2)) behind their backs\r');
  await alice.output('42 behind their backs');
  const news = await page.get('news/0');
  expect([news.status, await news.text()]).toEqual([410, expect.stringContaining('may not watch')]);
  expect(audrey.text()).not.toContain('behind their backs');
  // nor does anything lead back to it
  audrey.press('escape');
  await audrey.sees('[Recordings]');
  await audrey.seesNot('admin60');
  carol.press('escape');
  await carol.sees('[Recordings]');
  alice.type('exit\r');
  await alice.sees('[Accounts]');
  await leave(alice, audrey, carol);
});
