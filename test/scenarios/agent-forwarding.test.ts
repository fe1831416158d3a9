/** The person's own agent at the target (ssh -A): only where policy says so, each use recorded, many at once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AgentWay, openAgentWay } from '../helpers/agent-way.ts';
import { startPryingTarget } from '../helpers/prying-target.ts';
import { SAFE } from '../helpers/walk.ts';

let way: AgentWay;
beforeAll(async () => {
  way = await openAgentWay();
}, 90_000);
afterAll(() => way?.remove());

const HOP =
  'ssh -F none -o IdentityFile=none -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -p';

describe('off by default', () => {
  test('the session runs without it, says so, and the audit has it', { timeout: 60_000 }, async () => {
    const ran = await way.run('echo "[$SSH_AUTH_SOCK]"; exit 3', ['-A']);
    expect(ran).toMatchObject({ status: 3, out: '[]\n' });
    expect(ran.err).toContain('Your agent is not forwarded');
    const rows = await way.postern.json<{ stage: number; detail: string }[]>([
      'audit',
      'list',
      '--limit',
      '30',
    ]);
    expect(rows.find(({ stage, detail }) => stage === 0 && detail.includes('agent'))?.detail).toContain(
      'agent not forwarded: agentForwarding is no',
    );
    expect(await way.uses()).toEqual([]);
    expect((await way.run('true')).err).not.toContain('agent');
  });
});

describe('where it is allowed', () => {
  beforeAll(() => way.allow(true));

  test('hops at once and after one another, each signed by the person’s own agent, each with its bytes', {
    timeout: 90_000,
  }, async () => {
    const hop = `${HOP} ${way.target.port} admin60@127.0.0.1 'echo there'`;
    const ran = await way.run(
      `for n in 1 2 3 4; do ${hop} & done; wait; for n in $(seq 1 12); do ssh-add -l; done; (for n in 1 2 3 4 5 6; do ssh-add -l & done; wait)`,
      ['-A'],
    );
    expect(ran.err).toBe('');
    const lines = ran.out.trim().split('\n');
    expect(lines.filter((line) => line === 'there')).toHaveLength(4);
    expect(lines.filter((line) => line.includes('of-the-agent'))).toHaveLength(18);
    expect(lines).toHaveLength(22);
    const recorded = await way.uses();
    expect(recorded).toHaveLength(22);
    expect(
      recorded.filter((line) =>
        / 1 of them to sign, \d{3,} bytes from the target, \d{3,} bytes to it, ok/.test(line),
      ),
    ).toHaveLength(4);
    expect(
      recorded.filter((line) =>
        // the end of the command may overtake the ends of the last connections
        /, 0 of them to sign, .*, (ok|the session ended)$/.test(line),
      ),
    ).toHaveLength(18);
    expect(recorded.filter((line) => line.endsWith(', ok')).length).toBeGreaterThanOrEqual(4 + 12);
  });
});

test('a target that opens channels nobody asked for gets none of them', { timeout: 60_000 }, async () => {
  const prying = await startPryingTarget();
  const add = ['account', 'add', '--safe', SAFE, '--platform', 'UnixSSH', '--address', '127.0.0.1'];
  const { id } = await way.postern.json<{ id: string }>(
    [
      ...[...add, '--port', String(prying.port), '--user', 'anybody', '--password-stdin'],
      ...['--host-key', prying.hostKey],
    ],
    'any password',
  );
  const there = `alice%anybody%127.0.0.1#${prying.port}`;
  const set = (setting: string, value: string) => way.postern.json(['account', 'set', id, setting, value]);
  await set('agentForwarding', 'no');
  expect((await way.run('pry', ['-A'], there)).out).toBe('agent no x11 no tcp no\n');
  await set('remoteForwarding', 'localhost:9090');
  await set('agentForwarding', 'yes');
  expect((await way.run('pry', ['-a'], there)).out).toBe('agent no x11 no tcp no\n');
  expect((await way.run('pry', ['-A'], there)).out).toBe('agent yes x11 no tcp no\n');
  prying.stop();
});
