/** The person's own agent at the target (ssh -A): only where policy says so, each use recorded, many at once. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually, type Postern, startPostern } from '../helpers/postern.ts';
import { startPryingTarget } from '../helpers/prying-target.ts';
import { Screen } from '../helpers/ssh-screen.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import { keyOf, PROMPT, prepare, SAFE } from '../helpers/walk.ts';

let postern: Postern;
let target: Target;
let identity: string;
let folder: string;
let account: string;
let agent: string;
const running: ChildProcess[] = [];
const screens: Screen[] = [];

beforeAll(async () => {
  [postern, target] = await Promise.all([startPostern(), startTarget()]);
  ({ accountId: account } = await prepare(postern, target));
  identity = await keyOf(postern, 'alice');
  folder = mkdtempSync(join(tmpdir(), 'postern-agent-'));
  agent = join(folder, 'agent');
  // a key that only this agent has: a hop that succeeds was signed by it
  execFileSync('ssh-keygen', [
    '-q',
    '-t',
    'ed25519',
    '-N',
    '',
    '-C',
    'of-the-agent',
    '-f',
    join(folder, 'own'),
  ]);
  running.push(spawn('ssh-agent', ['-D', '-a', agent], { stdio: 'ignore' }));
  await eventually('the agent', () => {
    const added = spawnSync('ssh-add', ['-q', join(folder, 'own')], {
      env: { ...process.env, SSH_AUTH_SOCK: agent },
    });
    return added.status === 0;
  });
  writeFileSync(join(target.folder, 'keys/admin60'), readFileSync(join(folder, 'own.pub')), { mode: 0o644 });
}, 90_000);
afterEach(async () => {
  for (const screen of screens.splice(0)) {
    screen.kill();
    await screen.exited;
  }
});
afterAll(async () => {
  for (const one of running) one.kill();
  await postern?.remove();
  await target?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const allow = (yes: boolean) =>
  postern.json(['account', 'set', account, 'agentForwarding', yes ? 'yes' : 'no']);
const to = (): string => `alice%admin60%127.0.0.1#${target.port}`;
const HOP =
  'ssh -F none -o IdentityFile=none -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -p';

const plain = (): readonly string[] => [
  ...['-F', 'none', '-p', String(postern.port), '-i', identity, '-o', 'IdentitiesOnly=yes'],
  ...['-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'],
  ...['-o', 'LogLevel=ERROR'],
];

interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

async function run(command: string, options: readonly string[] = [], where = to()): Promise<Ran> {
  const child = spawn('ssh', [...[...plain(), '-T', ...options, `${where}@127.0.0.1`, command]], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, SSH_AUTH_SOCK: agent },
  });
  running.push(child);
  const said = { out: '', err: '' };
  child.stdout.on('data', (bytes: Buffer) => (said.out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (said.err += bytes.toString()));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, ...said };
}

interface Row {
  readonly id: string;
  readonly stored: string;
}
/** The newest recording, when it is complete. */
async function newest(): Promise<string> {
  const id = await eventually('the recording to be stored', async () => {
    const [row] = await postern.json<Row[]>(['recordings', 'list']);
    return row?.stored === 'safe' && row.id;
  });
  return (await postern.cli(['recordings', 'export', id, '--format', 'v3', '--output', '-'])).stdout;
}
const detached = () =>
  eventually('the session to be detached', async () =>
    (await postern.json<{ state: string }[]>(['sessions', 'list'])).some((one) => one.state === 'detached'),
  );
const uses = (cast: string): readonly string[] =>
  [...cast.matchAll(/agent connection back to the person: [^"]*/g)].map(([line]) => line);

describe('off by default', () => {
  test('the session runs without it, says so, and the audit has it', { timeout: 60_000 }, async () => {
    const ran = await run('echo "[$SSH_AUTH_SOCK]"; exit 3', ['-A']);
    expect(ran).toMatchObject({ status: 3, out: '[]\n' });
    expect(ran.err).toContain('Your agent is not forwarded');
    const rows = await postern.json<{ stage: number; detail: string }[]>(['audit', 'list', '--limit', '30']);
    expect(rows.find(({ stage, detail }) => stage === 0 && detail.includes('agent'))?.detail).toContain(
      'agent not forwarded: agentForwarding is no',
    );
    expect(uses(await newest())).toEqual([]);
    expect((await run('true')).err).not.toContain('agent');
  });
});

describe('where it is allowed', () => {
  beforeAll(() => allow(true));

  test('hops at once and after one another, each signed by the person’s own agent, each with its bytes', {
    timeout: 90_000,
  }, async () => {
    const hop = `${HOP} ${target.port} admin60@127.0.0.1 'echo there'`;
    const ran = await run(
      `for n in 1 2 3 4; do ${hop} & done; wait; for n in $(seq 1 12); do ssh-add -l; done; (for n in 1 2 3 4 5 6; do ssh-add -l & done; wait)`,
      ['-A'],
    );
    expect(ran.err).toBe('');
    const lines = ran.out.trim().split('\n');
    expect(lines.filter((line) => line === 'there')).toHaveLength(4);
    expect(lines.filter((line) => line.includes('of-the-agent'))).toHaveLength(18);
    expect(lines).toHaveLength(22);
    const recorded = uses(await newest());
    expect(recorded).toHaveLength(22);
    expect(
      recorded.filter((line) =>
        / 1 of them to sign, \d{3,} bytes from the target, \d{3,} bytes to it, ok/.test(line),
      ),
    ).toHaveLength(4);
    expect(
      recorded.filter((line) => line.includes(', 0 of them to sign, ') && line.endsWith(', ok')),
    ).toHaveLength(18);
  });

  test('a session of the same person without -A has none, and its login is another one', {
    timeout: 60_000,
  }, async () => {
    const control = ['-o', `ControlPath=${join(folder, 'control')}`];
    const master = run('sleep 3; ssh-add -l', ['-A', '-M', ...control]);
    await eventually('the master', () => {
      return spawnSync('ssh', ['-F', 'none', ...control, '-O', 'check', 'x']).status === 0;
    });
    const [without, beside] = await Promise.all([
      run('echo "[$SSH_AUTH_SOCK]"', ['-a', ...control]),
      run('ssh-add -l', ['-A', ...control]),
    ]);
    expect(without.out).toBe('[]\n');
    expect(beside.out).toContain('of-the-agent');
    expect((await master).out).toContain('of-the-agent');
  });

  test('on a terminal: told of it; after coming back the agent of the new connection, or none', {
    timeout: 90_000,
  }, async () => {
    const open = (user: string, options: readonly string[]) => {
      const screen = new Screen('ssh', [...plain(), '-tt', ...options, `${user}@127.0.0.1`], {
        env: { SSH_AUTH_SOCK: agent },
      });
      screens.push(screen);
      return screen;
    };
    const first = open(to(), ['-A']);
    await first.output(PROMPT, 30);
    await first.sees('Your agent is forwarded');
    first.type('ssh-add -l').press('enter');
    await first.sees('of-the-agent');
    first.kill();
    await first.exited;
    await detached();
    const back = open(to(), ['-A']);
    await back.sees('Begin a new session');
    back.press('enter');
    await back.sees('of-the-agent', 20);
    back.type('clear; ssh-add -l | sed s/of-the/again-of-the/').press('enter');
    await back.sees('again-of-the-agent');
    back.kill();
    await back.exited;
    await detached();
    const bare = open(to(), []);
    await bare.sees('Begin a new session');
    bare.press('enter');
    await bare.sees('again-of-the-agent', 20);
    bare.type('clear; ssh-add -l; echo status $?').press('enter');
    await bare.sees(/status [12]/);
    bare.type('exit').press('enter');
    await eventually('its recording', async () => uses(await newest()).length === 3);
    expect(uses(await newest()).at(-1)).toContain('the client does not take it');
  });
});

test('a target that opens channels nobody asked for gets none of them', { timeout: 60_000 }, async () => {
  const prying = await startPryingTarget();
  const add = ['account', 'add', '--safe', SAFE, '--platform', 'UnixSSH', '--address', '127.0.0.1'];
  const { id } = await postern.json<{ id: string }>(
    [
      ...[...add, '--port', String(prying.port), '--user', 'anybody', '--password-stdin'],
      ...['--host-key', prying.hostKey],
    ],
    'any password',
  );
  const there = `alice%anybody%127.0.0.1#${prying.port}`;
  const set = (setting: string, value: string) => postern.json(['account', 'set', id, setting, value]);
  await set('agentForwarding', 'no');
  expect((await run('pry', ['-A'], there)).out).toBe('agent no x11 no tcp no\n');
  await set('remoteForwarding', 'localhost:9090');
  await set('agentForwarding', 'yes');
  expect((await run('pry', ['-a'], there)).out).toBe('agent no x11 no tcp no\n');
  expect((await run('pry', ['-A'], there)).out).toBe('agent yes x11 no tcp no\n');
  prying.stop();
});
