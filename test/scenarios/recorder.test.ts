import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eventually, type Postern, startPostern } from '../helpers/postern.ts';
import { Screen } from '../helpers/ssh-screen.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import { ACCOUNTS, connectTo, keyOf, login, prepare } from '../helpers/walk.ts';

interface Recording {
  readonly id: string;
  readonly outcome: string;
  readonly stored: string;
  readonly complete: boolean | null;
}

const SPOOL_BYTES = 3 * 1024 * 1024;
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

let postern: Postern;
let target: Target;
let identity: string;
let folder: string;
const undo: (() => void)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'postern-recorder-'));
  [postern, target] = await Promise.all([
    startPostern({ config: { spoolReserveMb: 0, hostKeyPolicy: 'tofu' } }),
    startTarget(),
  ]);
  await prepare(postern, target, { user: 'admin65' });
  identity = await keyOf(postern, 'alice');
});
afterEach(() => {
  for (const step of undo.splice(0).toReversed()) step();
});
afterAll(async () => {
  await postern?.remove();
  await target?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const spool = (): string => join(postern.home, 'spool');
const recordings = async (): Promise<Recording[]> => await postern.json(['recordings', 'list']);

async function leave(screen: Screen): Promise<void> {
  screen.press('ctrl-q');
  await screen.exited;
}

/** The spool on a small volume of its own; gives what takes it away again. */
async function smallSpool(): Promise<() => void> {
  await postern.stop();
  const { uid, gid } = statSync(spool());
  execFileSync('mount', [
    ...['-t', 'tmpfs', '-o', `size=${SPOOL_BYTES},mode=1730,uid=${uid},gid=${gid}`, 'tmpfs', spool()],
  ]);
  const unmount = (): void => void execFileSync('umount', ['--lazy', spool()]);
  undo.push(unmount);
  await postern.restart();
  return () => {
    undo.splice(undo.indexOf(unmount), 1);
    unmount();
  };
}

/** Connects to the account where that must fail; the screen that says so. */
async function refusal(): Promise<string> {
  const screen = await login(postern, 'alice', { identity });
  screen.type('admin65');
  await screen.sees('admin65');
  screen.press('enter');
  const text = await screen.sees('Not connected', 30);
  screen.press('escape');
  await screen.sees(ACCOUNTS);
  await leave(screen);
  return text;
}

test.each<[string, () => void]>([
  [
    'a spool that nobody may write to',
    () => {
      const { mode } = statSync(spool());
      chmodSync(spool(), 0o555);
      undo.push(() => chmodSync(spool(), mode & 0o7777));
    },
  ],
  [
    'a spool that takes no new file',
    () => {
      execFileSync('chattr', ['+i', spool()]);
      undo.push(() => void execFileSync('chattr', ['-i', spool()]));
    },
  ],
])(
  '%s: RECORDER_UNAVAILABLE at stage 5, our side, and the target hears nothing',
  { timeout: 60_000 },
  async (_what, spoil) => {
    spoil();
    const before = target.log();
    const text = await refusal();
    expect(text).toContain('RECORDER_UNAVAILABLE');
    expect(text).toMatch(/Stage\s+5/);
    expect(text).toMatch(/our side/);
    expect(target.log()).toBe(before);
    const audit = await postern.json<{ failureCode: string | null; stage: number | null }[]>([
      'audit',
      'list',
    ]);
    expect(audit.find((row) => row.failureCode === 'RECORDER_UNAVAILABLE')?.stage).toBe(5);
    expect(await postern.json(['sessions', 'list'])).toEqual([]);
  },
);

test('afterwards sessions are possible again, without a restart', { timeout: 60_000 }, async () => {
  const screen = await login(postern, 'alice', { identity });
  await connectTo(screen, 'admin65');
  screen.type('exit\r');
  await screen.sees(ACCOUNTS);
  await leave(screen);
});

test('a spool without space, before: no session; in the middle: the session ends, and what is recorded stays', {
  timeout: 120_000,
}, async () => {
  const unmount = await smallSpool();
  // where the recorder leaves alone what is not a tape
  const filler = join(spool(), 'quarantine/filler');
  mkdirSync(join(spool(), 'quarantine'));
  execFileSync('sh', ['-c', 'cat /dev/zero > "$1" || true', 'sh', filler], { stdio: 'ignore' });
  const before = target.log();
  const refused = await refusal();
  expect(refused).toContain('RECORDER_UNAVAILABLE');
  expect(target.log()).toBe(before);
  rmSync(filler);

  const screen = await login(postern, 'alice', { identity });
  await connectTo(screen, 'admin65');
  const [mine] = await postern.json<{ id: string }[]>(['sessions', 'list']);
  const taped = (): number => statSync(join(spool(), `${mine?.id}.tape`)).size;
  const size = taped();
  screen.type('echo on-the-tape-$((40+2))\r');
  await screen.output('on-the-tape-42\r\n');
  await eventually('that to be written', () => taped() > size);
  // noise, so that no compression helps
  screen.type('head -c 16000000 /dev/urandom | base64\r');
  const began = Date.now();
  const text = await screen.sees(/recorder failed/i, 20);
  expect(Date.now() - began).toBeLessThan(15_000);
  expect(text).toMatch(/no space|ENOSPC/i);
  await eventually(
    'the target to see the connection end',
    () => /Disconnected|closed by|Connection reset/i.test(target.log().slice(before.length)),
    40,
  );
  await eventually(
    'nothing to run',
    async () => (await postern.json<unknown[]>(['sessions', 'list'])).length === 0,
  );
  screen.kill();
  await screen.exited;

  const row = await eventually(
    'the recording to be stored',
    async () => (await recordings()).find((one) => one.id === mine?.id && one.stored === 'safe'),
    30,
  );
  expect(row.outcome).toBe('recorder-failed');
  const verdict = await postern.cli(['recordings', 'verify', row.id]);
  expect(verdict).toMatchObject({ status: 0 });
  expect(verdict.stdout).toMatch(/intact|cut, what is there is valid/);
  const exported = await postern.cli(['recordings', 'export', row.id, '--format', 'txt', '--output', '-']);
  expect(exported.stdout).toContain('on-the-tape-42');
  await postern.stop();
  unmount();
  await postern.restart();
});

test('asciinema plays the export', { timeout: 60_000 }, async () => {
  const screen = await login(postern, 'alice', { identity });
  await connectTo(screen, 'admin65');
  screen.type('printf \'played \\033[32mgreen\\033[0m %s\\n\' \\"$((40+2))\\"\r');
  await screen.output('green');
  screen.type('exit\r');
  await screen.sees(ACCOUNTS);
  await leave(screen);
  const row = await eventually('the recording to be stored', async () => {
    const [newest] = await recordings();
    return newest?.stored === 'safe' && newest;
  });
  const cast = join(folder, 'one.cast');
  await postern.json(['recordings', 'export', row.id, '--format', 'v2', '--output', cast]);
  // it wants a terminal to exist, though it reads none
  const out = join(folder, 'played');
  const asciinema = new Screen('sh', ['-c', 'exec asciinema cat "$1" > "$2"', 'sh', cast, out], {
    env: { HOME: folder },
  });
  expect(await asciinema.exited).toBe(0);
  const played = readFileSync(out, 'utf8');
  const lines = (
    await postern.cli(['recordings', 'export', row.id, '--format', 'v2', '--output', '-'])
  ).stdout
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line) as [number, string, string]);
  expect(played).toBe(
    lines
      .filter(([, kind]) => kind === 'o')
      .map(([, , data]) => data)
      .join(''),
  );
  expect(played).toContain('played \u001b[32mgreen');
  await postern.json([
    'recordings',
    'export',
    row.id,
    '--format',
    'html',
    '--output',
    join(folder, 'one.html'),
  ]);
});

test.skipIf(CHROMIUM === undefined)(
  'the HTML export plays in a browser (only where Chromium is installed)',
  { timeout: 60_000 },
  () => {
    const page = execFileSync(
      CHROMIUM ?? '',
      [
        ...['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${join(folder, 'chromium')}`],
        ...['--virtual-time-budget=5000', '--dump-dom', pathToFileURL(join(folder, 'one.html')).href],
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 50_000 },
    );
    expect(page).toContain('ap-player');
  },
);
