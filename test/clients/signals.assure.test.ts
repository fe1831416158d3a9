/** Signals and BREAK from clients that can send them. The client in the box cannot carry signals: what is said about that is true. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startConsoleTarget } from '../helpers/console-target.ts';
import { eventually } from '../helpers/postern.ts';
import { ssh } from '../helpers/ssh-screen.ts';
import { openTwoWays, run, type TwoWays } from '../helpers/two-ways.ts';
import { SAFE } from '../helpers/walk.ts';

let ways: TwoWays;
beforeAll(async () => {
  ways = await openTwoWays();
}, 90_000);
afterAll(() => ways?.remove());

const CLIENTS = [
  ['ssh2', [process.execPath, join(import.meta.dirname, 'ssh2-client.mjs')]],
  ['asyncssh', ['/usr/bin/python3', join(import.meta.dirname, 'asyncssh_client.py')]],
] as const;

function send(program: readonly [string, ...string[]], name: string, command: string) {
  const { port, user } = ways.host('via');
  const env = { HOST_PORT: String(port), HOST_USER: user, HOST_KEY: ways.identity };
  return run([...program, 'signal', name, command], { env });
}

test.each(CLIENTS)(
  '%s: TERM ends the session within a second or so, and says what that means',
  async (_name, program) => {
    const begun = Date.now();
    const { out, err } = await send(program, 'TERM', 'echo x; exec sleep 30');
    expect(Date.now() - begun).toBeLessThan(15_000);
    expect(out.toString()).toMatch(/255 (undefined|None)\n$/);
    expect(err).toContain('SIGTERM cannot be carried to the target: its connection is closed instead.');
    await eventually(
      'the session to be over',
      async () => (await ways.postern.json<unknown[]>(['sessions', 'list'])).length === 0,
    );
  },
);

test('USR1, which ends nothing, changes nothing', async () => {
  const { status, err } = await send(CLIENTS[0][1], 'USR1', 'echo x; sleep 1; exit 9');
  expect({ status, err }).toEqual({ status: 9, err: '' });
});

test('INT is Ctrl-C on a terminal, and TERM ends what runs on it', async () => {
  const int = await send(
    CLIENTS[0][1],
    'tty-INT',
    "trap 'echo caught; exit 3' INT; echo x; while :; do sleep 0.1; done",
  );
  expect(int.out.toString()).toMatch(/caught\r\n3 undefined\n$/);
  const term = await send(CLIENTS[0][1], 'tty-TERM', 'echo x; exec sleep 30');
  expect(term.out.toString()).toMatch(/255 undefined\n$/);
  await eventually(
    'the session to be over',
    async () => (await ways.postern.json<unknown[]>(['sessions', 'list'])).length === 0,
  );
});

test('~B of the OpenSSH client reaches a console as BREAK, and is on the tape', async () => {
  const target = await startConsoleTarget();
  const account = ['--safe', SAFE, '--platform', 'UnixSSH', '--address', '127.0.0.1', '--user', 'console'];
  await ways.postern.json(
    [
      'account',
      'add',
      ...account,
      '--port',
      String(target.port),
      '--password-stdin',
      '--host-key',
      target.hostKey,
    ],
    'any',
  );
  const screen = ssh(ways.postern.port, `alice%console%127.0.0.1#${target.port}`, {
    identity: ways.identity,
  });
  await screen.output('console> ');
  screen.type('show\r~B');
  await eventually('the BREAK', () => target.heard.includes('break'));
  screen.type('q');
  await eventually('the tape', async () => {
    const [newest] = await ways.postern.json<{ id: string; stored: string }[]>(['recordings', 'list']);
    if (newest?.stored !== 'safe') return false;
    const file = join(ways.folder, 'console.cast');
    await ways.postern.cli(['recordings', 'export', newest.id, '--format', 'v2', '--output', file]);
    return /"m", *"BREAK"/.test(readFileSync(file, 'utf8'));
  });
  expect(target.heard.filter((one) => one !== 'break').join('')).toBe('show\rq');
  target.stop();
});
