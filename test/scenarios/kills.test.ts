import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, type Postern, type Role, startPostern } from '../helpers/postern.ts';
import { type Screen, ssh } from '../helpers/ssh-screen.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import { ACCOUNTS, connectTo, keyOf, login, PROMPT, prepare } from '../helpers/walk.ts';

interface Live {
  readonly id: string;
  readonly startedAt: string;
  readonly state: string;
}
interface Recording {
  readonly id: string;
  readonly outcome: string;
  readonly stored: string;
  readonly complete: boolean | null;
  readonly endedAt: string | null;
}

let postern: Postern;
let target: Target;
let identity: string;

beforeAll(async () => {
  [postern, target] = await Promise.all([startPostern({ whole: true }), startTarget()]);
  await prepare(postern, target);
  identity = await keyOf(postern, 'alice');
});
afterAll(async () => {
  await postern?.remove();
  await target?.stop();
});

function killAll(role: Role): void {
  const pids = postern.pids(role);
  expect(pids.length).toBeGreaterThan(0);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
}

async function working(): Promise<Screen> {
  const screen = await login(postern, 'alice', { identity });
  await connectTo(screen, 'admin60');
  return screen;
}

async function leave(screen: Screen): Promise<void> {
  screen.type('exit\r');
  await screen.sees(ACCOUNTS, 20);
  screen.press('ctrl-q');
  await screen.exited;
}

const live = async (): Promise<Live[]> => await postern.json<Live[]>(['sessions', 'list']);

/** The newest session that has a terminal. */
async function mineOf(): Promise<Live> {
  return await eventually('the session to run', async () =>
    (await live())
      .filter((one) => one.state === 'running')
      .toSorted((a, b) => b.startedAt.localeCompare(a.startedAt))
      .at(0),
  );
}

test('kill -9 of the portals: the session lives on, and is taken up again with the exact screen, in vim', {
  timeout: 120_000,
}, async () => {
  const screen = await working();
  screen.type('vim -u NONE -N /tmp/postern-vim-$$\r');
  await screen.sees('~');
  screen.type('iHello from before\r\x1b:set number\r');
  await screen.sees(/1 Hello from before/);
  const before = screen.text();
  killAll('portal');
  await screen.exited;
  await eventually('the session to be detached', async () =>
    (await live()).some((one) => one.state === 'detached'),
  );

  const again = await eventually('the portal to be back', async () => await relogin());
  expect(again.text()).toContain('Welcome back');
  again.press('enter');
  await again.sees(/1 Hello from before/);
  expect(again.text()).toBe(before);
  again.type('oand after\x1b');
  await again.sees(/3 and after/);
  again.type(':q!\r');
  await again.sees(PROMPT);
  again.type('exit\r');
  await again.sees('[Live]');
  again.press('ctrl-q');
  await again.exited;
});

async function relogin(): Promise<Screen | false> {
  const screen = ssh(postern.port, 'alice', { identity });
  return await screen.sees('Welcome back', 5).then(
    () => screen,
    () => false,
  );
}

test('kill -9 of the vault: sessions run on, new ones are refused until it is back', {
  timeout: 120_000,
}, async () => {
  const screen = await working();
  const mine = await mineOf();
  for (const pid of postern.pids('vault')) process.kill(pid, 'SIGKILL');
  screen.type('echo still-$((40+2))\r');
  await screen.output('still-42\r\n');
  await eventually(
    'the vault to be back',
    async () => (await postern.cli(['sessions', 'list'])).status === 0,
  );
  await eventually('the running session to be known again', async () =>
    (await live()).some((one) => one.id === mine.id),
  );
  const second = await login(postern, 'alice', { identity });
  await connectTo(second, 'admin60');
  await leave(second);
  // logins outlive the vault: who was in a session comes back to his menu
  await leave(screen);
  await eventually('the recording to be stored, whole', async () =>
    (await postern.json<Recording[]>(['recordings', 'list'])).some(
      (one) =>
        one.id === mine.id && one.stored === 'safe' && one.complete === true && one.outcome === 'exited',
    ),
  );
});

test('kill -9 of the session hosts: their sessions end within a second, their tapes are cut but valid', {
  timeout: 120_000,
}, async () => {
  const screen = await working();
  screen.type('echo on-the-tape-$((40+2))\r');
  await screen.output('on-the-tape-42\r\n');
  const mine = await mineOf();
  await new Promise((resolve) => setTimeout(resolve, 1200)); // at most one second of a session is not yet durable
  const logins = () => boxes().length;
  expect(logins()).toBeGreaterThan(0);
  killAll('session');
  const killed = Date.now();
  await eventually('every box to be gone', () => logins() === 0, 3);
  expect(Date.now() - killed).toBeLessThan(2000);
  await screen.sees(/session host/i, 20);
  const row = await eventually(
    'the cut recording to be stored',
    async () =>
      (await postern.json<Recording[]>(['recordings', 'list'])).find(
        (one) => one.id === mine.id && one.stored === 'safe',
      ),
    30,
  );
  expect(row).toMatchObject({ outcome: 'session-host-died', complete: false });
  expect((await postern.cli(['recordings', 'verify', row.id])).stdout).toContain(
    'cut, what is there is valid',
  );
  const text = await postern.cli(['recordings', 'export', row.id, '--format', 'txt', '--output', '-']);
  expect(text.stdout).toContain('on-the-tape-42');
  screen.press('enter');
  await screen.sees(ACCOUNTS);
  const next = await eventually(
    'sessions to be possible again',
    async () => await working().catch(() => false as const),
    30,
  );
  await leave(next);
  screen.press('ctrl-q');
  await screen.exited;
});

function boxes(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return (
        /^\d+$/.test(pid) &&
        readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith(`${postern.run}/bin/postern-box`)
      );
    } catch {
      return false;
    }
  });
}

test.each<Role>(['recorder', 'monitor'])(
  'kill -9 of the %s: nobody at work notices, and it resumes',
  { timeout: 90_000 },
  async (role) => {
    const screen = await working();
    killAll(role);
    screen.type('echo unharmed-$((40+2))\r');
    await screen.output('unharmed-42\r\n');
    const mine = await mineOf();
    await leave(screen);
    const row = await eventually(
      'the recording to be stored',
      async () =>
        (await postern.json<Recording[]>(['recordings', 'list'])).find(
          (one) => one.id === mine.id && one.stored === 'safe',
        ),
      30,
    );
    await eventually(
      'the recording to verify',
      async () => (await postern.cli(['recordings', 'verify', row.id])).stdout.includes('intact'),
      20,
    );
  },
);

test.each([
  ['the supervisor', []],
  ['the supervisor and the vault at once', ['vault']],
] as const)(
  'kill -9 of %s: all others drain and stop, and nothing of a session is lost',
  {
    timeout: 120_000,
  },
  async (_who, also: readonly Role[]) => {
    const screen = await working();
    screen.type('echo before-the-end-$((40+2))\r');
    await screen.output('before-the-end-42\r\n');
    const mine = await mineOf();
    const all = (['vault', 'portal', 'session', 'recorder', 'monitor'] as const).flatMap((role) =>
      postern.pids(role),
    );
    const together = [postern.pid, ...also.flatMap((role) => postern.pids(role))];
    for (const pid of together) process.kill(pid, 'SIGKILL');
    await eventually('every process to end', () => all.every((pid) => !alive(pid)), 30);
    await screen.exited;
    await postern.restart();
    const row = await eventually(
      'the recording to be stored',
      async () =>
        (await postern.json<Recording[]>(['recordings', 'list'])).find(
          (one) => one.id === mine.id && one.stored === 'safe',
        ),
      30,
    );
    expect(
      (await postern.cli(['recordings', 'export', row.id, '--format', 'txt', '--output', '-'])).stdout,
    ).toContain('before-the-end-42');
  },
);

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('TERM drains: sessions are told, recordings sealed, exit 0', { timeout: 90_000 }, async () => {
  const screen = await working();
  const mine = await mineOf();
  expect(await postern.stop()).toBe(0);
  await screen.exited;
  await postern.restart();
  const row = await eventually(
    'the recording to be stored',
    async () =>
      (await postern.json<Recording[]>(['recordings', 'list'])).find(
        (one) => one.id === mine.id && one.stored === 'safe',
      ),
    30,
  );
  expect(row).toMatchObject({ outcome: 'drained', complete: true });
});
