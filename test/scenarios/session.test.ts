import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import xterm from '@xterm/headless';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { canaryHits } from '../helpers/canary.ts';
import { eventually, type Postern, startPostern } from '../helpers/postern.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import { ACCOUNT_PASSWORD, ACCOUNTS, connectTo, login, type Prepared, prepare } from '../helpers/walk.ts';

interface Row {
  readonly id: string;
  readonly user: string;
  readonly account: string;
  readonly accountId: string;
  readonly safe: string;
  readonly outcome: string;
  readonly stored: string;
  readonly endedAt: string | null;
}

let postern: Postern;
let target: Target;
let prepared: Prepared;

beforeAll(async () => {
  [postern, target] = await Promise.all([startPostern(), startTarget()]);
  prepared = await prepare(postern, target);
});
afterAll(async () => {
  await postern?.remove();
  await target?.stop();
});

/** The newest recording, once it is in its safe. */
async function stored(): Promise<Row> {
  return await eventually('the recording to be in its safe', async () => {
    const [newest] = await postern.json<Row[]>(['recordings', 'list']);
    return newest?.stored === 'safe' && newest.endedAt !== null && newest;
  });
}

test('filter, connect, resize, work, exit, back; the recording is what the client saw', {
  timeout: 120_000,
}, async () => {
  const screen = await login(postern);
  await connectTo(screen, 'admin60');
  expect(screen.bytes.toString('latin1')).toContain('Your session is being recorded.');

  screen.type('whoami; tty\r');
  await screen.output('admin60\r\n');
  screen.resize(100, 30);
  await eventually('the target to hear of the new size', async () => {
    screen.type('stty size\r');
    return await screen.output('30 100\r\n', 1).then(
      () => true,
      () => false,
    );
  });
  screen.type("printf '\\033[1;31mred\\033[0m \\344\\366 \\360\\237\\230\\200 \\377\\376'; echo\r");
  await screen.output('\u{1F600}');

  // a picture that nothing before it has a part in: the export must come to the same one
  screen.type("printf '\\033[2J\\033[4;10Hhere\\033[12;1H\\033[7mdrawn-'; printf '42\\033[0m\\n'\r");
  await screen.sees(/drawn-42\ntarget\$/);
  const picture = screen.text();

  const [live] = await postern.json<{ id: string; accountId: string; user: string; isolation: number }[]>([
    'sessions',
    'list',
  ]);
  expect(live).toMatchObject({ accountId: prepared.accountId, user: 'alice', isolation: 3 });
  screen.type('exit\r');
  await screen.output('logout');
  await screen.sees(ACCOUNTS);
  await screen.sees(/ended|exit/i);
  const seen = screen.bytes;

  const row = await stored();
  expect(row).toMatchObject({
    id: live?.id,
    user: 'alice',
    account: 'admin60@127.0.0.1',
    accountId: prepared.accountId,
    safe: 'Windows-Domain-Safe',
    outcome: 'exited',
  });
  expect((await postern.cli(['recordings', 'verify', row.id])).stdout).toContain('intact');

  const folder = mkdtempSync(join(tmpdir(), 'postern-cast-'));
  for (const format of ['v2', 'v3', 'txt', 'html'])
    expect(
      await postern.cli([
        'recordings',
        'export',
        row.id,
        '--format',
        format,
        '--output',
        join(folder, format),
      ]),
    ).toMatchObject({ status: 0 });
  const lines = readFileSync(join(folder, 'v2'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line) as [number, string, string]);
  const output = lines
    .filter(([, kind]) => kind === 'o')
    .map(([, , data]) => data)
    .join('');
  // everything from the notice on went to the client, byte for byte, with U+FFFD for what is not UTF-8
  expect(seen.toString('utf8')).toContain(output);
  expect(output).toContain('Your session is being recorded.');
  expect(output).toContain('logout');
  expect(readFileSync(join(folder, 'txt'), 'utf8')).toContain('30 100');

  // what was entered at a prompt, as the screen showed it
  const marks = lines.filter(([, kind]) => kind === 'm').map(([, , data]) => data);
  expect(marks).toEqual(expect.arrayContaining(['command whoami; tty', 'command exit']));

  expect(await screensOf(lines)).toContain(picture);
  const found = await postern.json<{
    hits: { recordingId: string; kind: string; line: string }[];
    searched: number;
  }>(['search', 'WHOAMI; tty']);
  // as it was run; the line of the screen that it was entered in is not told again
  expect(found.hits[0]).toMatchObject({ recordingId: row.id, kind: 'command', line: 'whoami; tty' });
  expect(found.hits.length).toBeLessThanOrEqual(2);
  expect((await postern.cli(['search', '30 100', '--user', 'alice'])).stdout).toMatch(
    /admin60@127.0.0.1.*30 100/,
  );
  rmSync(folder, { recursive: true });

  screen.press('ctrl-q');
  expect(await screen.exited).toBe(0);
});

/** What a terminal shows after each event. */
async function screensOf(lines: readonly [number, string, string][]): Promise<string[]> {
  const terminal = new xterm.Terminal({ cols: 80, rows: 24, allowProposedApi: true });
  const screens: string[] = [];
  for (const [, kind, data] of lines) {
    const [columns = 0, rows = 0] = data.split('x').map(Number);
    if (kind === 'r') terminal.resize(columns, rows);
    if (kind === 'o') await new Promise<void>((resolve) => terminal.write(data, resolve));
    screens.push(
      Array.from({ length: terminal.rows }, (_, row) =>
        terminal.buffer.active.getLine(terminal.buffer.active.baseY + row)?.translateToString(true),
      ).join('\n'),
    );
  }
  return screens;
}

test('every stage of the session is one audited event, in order', async () => {
  const rows = await postern.json<
    { stage: number | null; sessionId: string | null; actor: string; code: number; sequence: number }[]
  >(['audit', 'list', '--limit', '500']);
  const session = (await stored()).id;
  const stages = rows
    .filter((row) => row.sessionId === session && row.stage !== null)
    .toSorted((a, b) => a.sequence - b.sequence)
    .map((row) => row.stage);
  expect([...new Set(stages)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(rows.filter((row) => row.sessionId === session).map((row) => row.code)).toEqual(
    expect.arrayContaining([300, 302, 308]),
  );
  expect((await postern.json<{ intact: boolean }>(['audit', 'verify'])).intact).toBe(true);
});

test("the account's password is on no screen, in no file, no argument and no environment", async () => {
  const screen = await login(postern);
  // while the client logs in, too, which is when it is handed over
  const meanwhile: string[] = [];
  let connecting = true;
  const looking = (async () => {
    for (; connecting; await new Promise((resolve) => setTimeout(resolve, 20)))
      meanwhile.push(...canaryHits(ACCOUNT_PASSWORD, []));
  })();
  await connectTo(screen, 'admin60');
  connecting = false;
  await looking;
  expect(meanwhile).toEqual([]);
  expect(canaryHits(ACCOUNT_PASSWORD, [postern.home, postern.recordings, postern.run])).toEqual([]);
  expect(screen.bytes.includes(ACCOUNT_PASSWORD)).toBe(false);
  expect(postern.output().includes(ACCOUNT_PASSWORD)).toBe(false);
  // last: what is searched for is in the audit
  expect((await postern.json<{ hits: unknown[] }>(['search', ACCOUNT_PASSWORD])).hits).toEqual([]);
  screen.type('exit\r');
  await screen.sees(ACCOUNTS);
  screen.press('ctrl-q');
});
