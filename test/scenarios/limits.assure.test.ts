import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, type Postern, startPostern } from '../helpers/postern.ts';
import type { Screen } from '../helpers/ssh-screen.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import { ACCOUNTS, connectTo, keyOf, login, PROMPT, prepare } from '../helpers/walk.ts';

let target: Target;
let postern: Postern;
let identity: string;

const MINUTE = 60_000;
const minutes = { timeout: 10 * MINUTE };

beforeAll(async () => {
  target = await startTarget();
  postern = await startPostern({ config: { idleMinutes: 1, maximumMinutes: 3, graceMinutes: 1 } });
  await prepare(postern, target, { user: 'admin68' });
  identity = await keyOf(postern, 'alice');
});
afterAll(async () => {
  await postern?.remove();
  await target?.stop();
});

async function working(): Promise<{ readonly screen: Screen; readonly since: number }> {
  const screen = await login(postern, 'alice', { identity });
  await connectTo(screen, 'admin68');
  return { screen, since: Date.now() };
}

async function outcome(): Promise<string> {
  return await eventually('the recording to be stored', async () => {
    const [newest] = await postern.json<{ outcome: string; stored: string }[]>(['recordings', 'list']);
    return newest?.stored === 'safe' && newest.outcome;
  });
}

test(
  'no key for a minute: a warning at half of it, then the end; output alone does not count',
  minutes,
  async () => {
    const { screen, since } = await working();
    screen.type('while sleep 5; do echo tick; done\r');
    await screen.sees(/No key was pressed/, 45);
    expect(Date.now() - since).toBeGreaterThan(25_000);
    await screen.sees(ACCOUNTS, 45);
    expect(Date.now() - since).toBeGreaterThan(55_000);
    expect(Date.now() - since).toBeLessThan(75_000);
    await screen.sees('session ended after 1 minute without a key');
    expect(await outcome()).toBe('idle');
    screen.press('ctrl-q');
    await screen.exited;
  },
);

test(
  'a key after the warning keeps the session; the longest time ends it, warned of once',
  minutes,
  async () => {
    const { screen, since } = await working();
    screen.type(
      "seq 1 60 | LC_ALL=C.UTF-8 vim -u NONE -N -c 'set number showmode laststatus=2 nomodified' -\r",
    );
    await screen.sees(/^ +1 1/m);
    screen.type('G');
    await screen.sees(/^ *60 60/m);
    const vim = screen.text();
    await screen.sees(/No key was pressed/, 45);
    // vim takes no notice of it
    screen.press('escape');
    await screen.seesNot(/No key was pressed/);
    expect(screen.text()).toBe(vim);
    screen.type(':q!\r');
    await screen.sees(PROMPT);
    const seen = [false];
    while (Date.now() - since < 175_000 && !screen.text().includes(ACCOUNTS)) {
      screen.type('true\r');
      await screen.sees(PROMPT);
      const warned = screen.text().includes('reaches its limit');
      if (warned !== seen.at(-1)) seen.push(warned);
      await new Promise((resolve) => setTimeout(resolve, 5000));
    }
    await screen.sees(ACCOUNTS, 30);
    expect(Date.now() - since).toBeGreaterThan(170_000);
    expect(seen).toEqual([false, true, false]);
    expect(await outcome()).toBe('time-limit');
    screen.press('ctrl-q');
    await screen.exited;
  },
);

test('a person who is cut off has his grace to come back, and no more', minutes, async () => {
  const { screen } = await working();
  screen.kill();
  await screen.exited;
  const sessions = async () => await postern.json<{ state: string }[]>(['sessions', 'list']);
  await eventually('the session to be detached', async () => (await sessions())[0]?.state === 'detached');
  const since = Date.now();
  await eventually('the session to end', async () => (await sessions()).length === 0, 90);
  expect(Date.now() - since).toBeGreaterThan(50_000);
  expect(['owner-lost', 'idle']).toContain(await outcome());
});
