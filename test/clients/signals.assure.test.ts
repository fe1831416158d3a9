/** Signals from clients that can send them. The client in the box cannot carry them: what is said about that is true. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../helpers/postern.ts';
import { openTwoWays, run, type TwoWays } from '../helpers/two-ways.ts';

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
