import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import xterm from '@xterm/headless';
import type { ClientChannel } from 'ssh2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRaw } from '../door/raw-client.ts';
import { eventually, type Postern, startPostern } from '../helpers/postern.ts';
import type { Screen } from '../helpers/ssh-screen.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import { ACCOUNTS, connectTo, keyOf, login, prepare, SAFE } from '../helpers/walk.ts';

const USER = 'admin66';
const NAMES: readonly (readonly [string, string])[] = [
  ['empty', ''],
  ['64 KiB', 'x'.repeat(65_536)],
  ['254 characters', 'x'.repeat(254)],
  ['NUL', 'ali\0ce'],
  ['a path', '../x'],
  ['an option of ssh', '-oProxyCommand=touch${IFS}/tmp/postern-was-here'],
  ['bidi', 'ali\u202ece'],
  ['zero-width', 'ali\u200bce'],
  ['an escape sequence and a new line', 'ali\u001b]0;owned\u0007\u001b[2J\r\nce'],
  ['C1', 'ali\u009b31mce'],
];
/** What steers a terminal or breaks a line, whoever prints it. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const STEERS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e\u2028\u2029]/u;

let postern: Postern;
let target: Target;
let identity: string;
let visitors = 0;

beforeAll(async () => {
  [postern, target] = await Promise.all([startPostern(), startTarget()]);
  await prepare(postern, target, { user: USER });
  identity = await keyOf(postern, 'alice');
});
afterAll(async () => {
  await postern?.remove();
  await target?.stop();
});

function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}

interface Visit {
  /** Null: the door hung up before there was a screen. */
  readonly type: ((keys: string) => void) | null;
  /** Everything that came, raw. */
  readonly text: () => string;
  readonly screen: () => string;
  leave(): Promise<void>;
}

/** A client that says exactly this, which OpenSSH's would not. */
async function visit(
  user: string,
  { rows = 24, cols = 80, term = 'xterm' }: { rows?: number; cols?: number; term?: string } = {},
): Promise<Visit> {
  // everybody from an address of his own: the door makes one wait who failed some times
  visitors += 1;
  const raw = await openRaw(postern, { user, from: `127.0.1.${visitors}` }).catch(() => null);
  if (raw === null) return { type: null, text: () => '', screen: () => '', leave: () => Promise.resolve() };
  let heard = '';
  const stream = await new Promise<ClientChannel>((resolve, reject) =>
    raw.client.shell({ rows, cols, width: 0, height: 0, term }, (error, channel) =>
      error === undefined ? resolve(channel) : reject(error),
    ),
  );
  const terminal = new xterm.Terminal({ cols: 80, rows: 24, allowProposedApi: true });
  stream.on('data', (bytes: Buffer) => {
    heard += bytes.toString('utf8');
    terminal.write(bytes);
  });
  return {
    type: (keys) => void stream.write(keys),
    text: () => heard,
    screen: () =>
      Array.from({ length: 24 }, (_, row) =>
        terminal.buffer.active.getLine(row)?.translateToString(true),
      ).join('\n'),
    async leave() {
      raw.client.end();
      await raw.gone;
    },
  };
}

describe('names that nobody has', () => {
  test.each(NAMES)(
    'over ssh, %s: it does not get into the login screen, which refuses as ever',
    {
      timeout: 30_000,
    },
    async (_what, name) => {
      const one = await visit(name);
      if (one.type !== null) {
        await eventually('the login screen', () => one.text().includes('Password'));
        for (const harm of ['\u202e', '\u200b', '\u001b]0;owned', '\u009b', 'ali\0ce'])
          expect(one.text()).not.toContain(harm);
        // what is no name is not put into the form
        await eventually('the empty form', () => /> User +_/.test(one.screen()));
        one.type('nobody\r');
        await eventually('the next field', () => one.screen().includes('> Password'));
        one.type('wrong\r');
        await eventually('the refusal', () => /Login failed|Too many/.test(one.screen()));
      }
      await one.leave();
    },
  );

  test.each(NAMES.filter(([what]) => what !== 'NUL'))(
    'in the CLI, %s: refused as bad input, on one line',
    {
      timeout: 30_000,
    },
    async (_what, name) => {
      const account = ['account', 'add', '--safe', SAFE, '--password-stdin'];
      for (const args of [
        ['user', 'add', '--password-stdin', '--json', '--', name],
        ['group', 'add', '--json', '--', name],
        ['safe', 'add', '--json', '--', name],
        [...account, '--user', 'root', `--address=${name}`, '--json'],
        [...account, '--address', 'a.test', `--user=${name}`, '--json'],
      ]) {
        const { status, stdout, stderr } = await postern.cli(args, 'a secret');
        expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
        expect(stderr.trimEnd()).not.toMatch(/\n/);
        expect(stderr).not.toMatch(STEERS);
        expect(stderr.length).toBeLessThan(2000);
        expect(JSON.parse(stderr)).toMatchObject({ code: 'BAD_INPUT', side: 'ours' });
      }
    },
  );

  test('nothing of them was made, run, or printed raw: every log line is one JSON object', async () => {
    expect(existsSync('/tmp/postern-was-here')).toBe(false);
    const users = await postern.json<{ name: string }[]>(['user', 'list']);
    expect(users.map((one) => one.name).toSorted()).toEqual(['Administrator', 'Auditor', 'alice']);
    const audit = await postern.json<{ code: number; outcome: string }[]>(['audit', 'list']);
    expect(audit.filter((one) => one.code === 4 && one.outcome === 'failure').length).toBeGreaterThan(7);
    const exported = (await postern.cli(['audit', 'export'])).stdout;
    expect(exported).not.toMatch(STEERS);
    const log = readFileSync(join(postern.home, 'logs/postern.log'), 'utf8');
    expect(log).not.toMatch(STEERS);
    for (const line of log.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('at');
    expect(postern.output()).not.toMatch(STEERS);
  });
});

/** A login from an address that may have to wait out its penalty for everything above. */
async function patientLogin(): Promise<Screen> {
  return await eventually(
    'the door to let alice in',
    () => login(postern, 'alice', { identity }).catch(() => false as const),
    60,
  );
}

test.each([
  ['0x0', { rows: 0, cols: 0 }],
  ['4294967295x4294967295', { rows: 4_294_967_295, cols: 4_294_967_295 }],
  ['a type that is none', { term: '\u001b[31m/../../etc/passwd' }],
  ['a type of 30 KB', { term: 'x'.repeat(30_000) }],
])('a terminal of %s is served', { timeout: 120_000 }, async (_what, size) => {
  // after so many bad names this address may have to wait out its penalty
  const one = await eventually(
    'the door to let us in',
    async () => {
      const visited = await visit('alice', size);
      return visited.type !== null && visited;
    },
    40,
  );
  await eventually('the login screen', () => /Password|too small/i.test(one.text()));
  await one.leave();
});

test('a storm of resizes in a session that writes all the time: it goes on, in the last size', {
  timeout: 120_000,
}, async () => {
  const screen = await patientLogin();
  await connectTo(screen, USER);
  screen.type('seq 1 300000; echo all-of-it-$((40+2))\r');
  for (let i = 0; i < 300; i += 1) {
    screen.resize(20 + ((i * 37) % 180), 5 + ((i * 13) % 60));
    if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  screen.resize(100, 30);
  await screen.output('300000\r\nall-of-it-42\r\n', 30);
  await eventually('the target to hear of the last size', async () => {
    screen.type('stty size\r');
    return await screen.output('30 100\r\n', 1).then(
      () => true,
      () => false,
    );
  });
  screen.type('exit\r');
  await screen.sees(ACCOUNTS);
  screen.press('ctrl-q');
  await screen.exited;
});

test('a paste of 1 MB arrives whole; 5 MB of output are seen and recorded byte for byte', {
  timeout: 120_000,
}, async () => {
  const home = join(target.folder, 'home', USER);
  const screen = await patientLogin();
  await connectTo(screen, USER);
  const pasted = Buffer.from(
    Array.from(
      { length: 16_384 },
      (_, i) => `${createHash('sha256').update(String(i)).digest('hex').slice(1)}\n`,
    ).join(''),
  );
  expect(pasted.length).toBe(1024 * 1024);
  screen.type('stty -echo; echo ready-$((40+2)); cat > pasted; stty echo; echo taken-$((40+2))\r');
  await screen.output('ready-42\r\n');
  // in pieces: given all of it at once, OpenSSH's own client drops about one connection in a hundred, without us too
  for (let at = 0; at < pasted.length; at += 65_536) {
    screen.type(pasted.subarray(at, at + 65_536).toString('latin1'));
    await eventually(
      `the target to have ${at + 65_536} bytes`,
      () => sizeOf(join(home, 'pasted')) >= at + 65_536,
      30,
    );
  }
  screen.type('\u0004');
  await screen.output('taken-42\r\n', 60);
  expect(readFileSync(join(home, 'pasted')).equals(pasted)).toBe(true);

  screen.type(
    'head -c 3700000 /dev/urandom | base64 > much; echo begin-$((40+2)); cat much; echo end-$((40+2))\r',
  );
  await screen.output('begin-42\r\n', 30);
  await screen.output('end-42\r\n', 60);
  screen.type('exit\r');
  await screen.sees(ACCOUNTS);
  const seen = screen.bytes;
  const much = readFileSync(join(home, 'much'), 'latin1').replaceAll('\n', '\r\n');
  expect(much.length).toBeGreaterThan(4_900_000);
  const shown = seen.subarray(seen.indexOf('begin-42\r\n') + 10, seen.indexOf('end-42\r\n'));
  expect(shown.equals(Buffer.from(much, 'latin1'))).toBe(true);

  const row = await eventually(
    'the recording to be stored',
    async () => {
      const [newest] = await postern.json<{ id: string; stored: string }[]>(['recordings', 'list']);
      return newest?.stored === 'safe' && newest;
    },
    30,
  );
  const cast = (await postern.cli(['recordings', 'export', row.id, '--format', 'v2', '--output', '-']))
    .stdout;
  const recorded = cast
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line) as [number, string, string])
    .flatMap(([, kind, data]) => (kind === 'o' ? [data] : []))
    .join('');
  expect(recorded.length).toBeGreaterThan(5_000_000);
  expect(seen.includes(recorded)).toBe(true);
  screen.press('ctrl-q');
  await screen.exited;
});
