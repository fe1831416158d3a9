/** A recording in a browser: through the person's own ssh, from the menu; and from the console, on loopback. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, type Postern, startPostern } from '../helpers/postern.ts';
import type { Screen } from '../helpers/ssh-screen.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import { connectTo, keyOf, login, prepare } from '../helpers/walk.ts';
import { loginWithWeb, offeredToken, openPage, type WebPage } from '../helpers/web-page.ts';

let target: Target;
let postern: Postern;
let identity: string;
let recordingId: string;
let alice: Screen;

beforeAll(async () => {
  [postern, target] = await Promise.all([startPostern(), startTarget()]);
  await prepare(postern, target, { user: 'admin66' });
  identity = await keyOf(postern, 'alice');
  const screen = await login(postern, 'alice', { identity });
  await connectTo(screen, 'admin66');
  screen.type('echo needle-in-the-hay\r');
  await screen.sees(/^needle-in-the-hay/m);
  screen.type('exit\r');
  await screen.sees('session ended');
  screen.press('ctrl-q');
  recordingId = await eventually('the recording is stored', async () => {
    const [row] = await postern.json<{ id: string; stored: string }[]>(['recordings', 'list']);
    return row?.stored === 'safe' ? row.id : false;
  });
}, 90_000);
afterAll(async () => {
  alice?.press('ctrl-q');
  await postern?.remove();
  await target?.stop();
});

async function transcript({ get }: WebPage): Promise<string> {
  return await (await get('transcript')).text();
}

test('Ctrl-W in the library: the page comes through her own ssh, and ends with her right to it', async () => {
  const { screen, origin } = await loginWithWeb(postern, 'alice', identity);
  alice = screen;
  await expect(fetch(origin), 'before anything was offered').rejects.toThrow();
  alice.press('tab');
  await alice.sees('[Recordings]');
  await alice.sees(/admin66@127\.0\.0\.1 +exited/);
  const token = await offeredToken(postern, 'alice', alice);
  alice.press('escape');
  expect((await fetch(origin)).headers.get('content-security-policy')).toContain("default-src 'none'");
  const page = await openPage(origin, token);
  expect(await (await page.get('about')).json()).toMatchObject({ row: { id: recordingId, user: 'alice' } });
  expect(await (await page.get('segment/0')).text()).toContain('needle-in-the-hay');
  expect(await transcript(page)).toContain('needle-in-the-hay');
  const over = page.get('over');
  const since = performance.now();
  await postern.json(['recordings', 'delete', recordingId, '--reason', 'to see it end']).catch(() => null);
  expect(await (await over).json()).toMatchObject({ message: expect.stringContaining('deleted') as string });
  expect(performance.now() - since).toBeLessThan(4000);
});

test('postern web: a link that is good once, on loopback', async () => {
  const screen = await login(postern, 'alice', { identity });
  await connectTo(screen, 'admin66');
  screen.type('exit\r');
  await screen.sees('session ended');
  screen.press('ctrl-q');
  const id = await eventually('the recording is stored', async () => {
    const [row] = await postern.json<{ id: string; stored: string }[]>(['recordings', 'list']);
    return row?.stored === 'safe' ? row.id : false;
  });
  const node = join(import.meta.dirname, '../../node_modules/node/bin/node');
  const child = spawn(node, [join(import.meta.dirname, '../../bin/postern'), 'web', id, '--json'], {
    env: { ...process.env, POSTERN_HOME: postern.home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString('utf8')));
  const url = await eventually('a link', () => /"url": "([^"]+)"/.exec(said)?.[1]);
  const [origin = '', token = ''] = url.split('/#');
  const page = await openPage(origin, token);
  expect(await (await page.get('index.json')).json()).toMatchObject({ version: 1 });
  expect(
    (await fetch(`${origin}/open`, { method: 'POST', headers: { 'x-postern': '1' }, body: token })).status,
  ).toBe(403);
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
