/** An agent at the target through a master, and on a terminal that is taken up again. */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AgentWay, openAgentWay } from '../helpers/agent-way.ts';
import { eventually } from '../helpers/postern.ts';
import { PROMPT, SAFE } from '../helpers/walk.ts';

let way: AgentWay;
beforeAll(async () => {
  way = await openAgentWay();
  await way.allow(true);
}, 90_000);
afterAll(() => way?.remove());

const detached = () =>
  eventually('the session to be detached', async () =>
    (await way.postern.json<{ state: string }[]>(['sessions', 'list'])).some(
      (one) => one.state === 'detached',
    ),
  );

test('a session of the same person without -A has none, and its login is another one', {
  timeout: 60_000,
}, async () => {
  const control = ['-o', `ControlPath=${join(way.folder, 'control')}`];
  const master = way.run('sleep 3; ssh-add -l', ['-A', '-M', ...control]);
  await eventually('the master', () => {
    return spawnSync('ssh', ['-F', 'none', ...control, '-O', 'check', 'x']).status === 0;
  });
  const [without, beside] = await Promise.all([
    way.run('echo "[$SSH_AUTH_SOCK]"', ['-a', ...control]),
    way.run('ssh-add -l', ['-A', ...control]),
  ]);
  expect(without.out).toBe('[]\n');
  expect(beside.out).toContain('of-the-agent');
  expect((await master).out).toContain('of-the-agent');
});

test('on a terminal: told of it; after coming back the agent of the new connection, or none', {
  timeout: 90_000,
}, async () => {
  const first = way.terminal(['-A']);
  await first.output(PROMPT, 30);
  await first.sees('Your agent is forwarded');
  first.type('ssh-add -l').press('enter');
  await first.sees('of-the-agent');
  first.kill();
  await first.exited;
  await detached();
  const back = way.terminal(['-A']);
  await back.sees('Begin a new session');
  back.press('enter');
  await back.sees('of-the-agent', 20);
  back.type('clear; ssh-add -l | sed s/of-the/again-of-the/').press('enter');
  await back.sees('again-of-the-agent');
  back.kill();
  await back.exited;
  await detached();
  const bare = way.terminal([]);
  await bare.sees('Begin a new session');
  bare.press('enter');
  await bare.sees('again-of-the-agent', 20);
  bare.type('clear; ssh-add -l; echo status $?').press('enter');
  await bare.sees(/status [12]/);
  bare.type('exit').press('enter');
  await eventually('its recording', async () => (await way.uses()).length === 3);
  expect((await way.uses()).at(-1)).toContain('the client does not take it');
});

test('of an account with a key, whose login another agent signs: that one is never what the target reaches', {
  timeout: 60_000,
}, async () => {
  const key = join(way.folder, 'of-the-account');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'of-the-account', '-f', key]);
  appendFileSync(join(way.target.folder, 'keys/admin60'), readFileSync(`${key}.pub`));
  const [old] = await way.postern.json<{ id: string }[]>(['account', 'list']);
  await way.postern.json(['account', 'delete', old?.id ?? '']);
  const { id } = await way.postern.json<{ id: string }>([
    ...['account', 'add', '--safe', SAFE, '--platform', 'UnixSSH', '--address', '127.0.0.1'],
    ...['--port', String(way.target.port), '--user', 'admin60', '--key-file', key],
    ...['--host-key', way.target.hostKey],
  ]);
  await way.postern.json(['account', 'set', id, 'agentForwarding', 'yes']);
  const screen = way.terminal(['-A']);
  await screen.output(PROMPT, 30);
  screen.type('ssh-add -l; echo "listed $?"').press('enter');
  await screen.sees('listed 0');
  expect(screen.text()).toContain('of-the-agent');
  expect(screen.text()).not.toContain('of-the-account');
  const plain = await way.run('ssh-add -l', ['-A']);
  expect(plain.out.trim().split('\n')).toEqual([expect.stringContaining('of-the-agent')]);
});
