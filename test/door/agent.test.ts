/** A client's agent: reached by the channels that its session asked for, many at once, and by nothing else. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import ssh2 from 'ssh2';
import { afterEach, expect, test } from 'vitest';
import type { DirectVisit } from '#/door/direct-visit.js';
import type { BackChannel } from '#/door/lends.js';
import { type Rig, scratch, until } from './rig.ts';
import { openToVisits } from './visits.ts';

let rig: Rig;
const files = scratch();
const running: { kill(): void }[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) one.kill();
  await rig.close();
});

async function door(): Promise<readonly DirectVisit[]> {
  const opened = await openToVisits();
  ({ rig } = opened);
  return opened.visits;
}

async function client(
  events: (client: ssh2.Client) => void = () => undefined,
  agentForward = true,
): Promise<ssh2.Client> {
  const one = new ssh2.Client();
  running.push({ kill: () => one.destroy() });
  one.on('keyboard-interactive', (_name, _words, _lang, prompts, finish) =>
    finish(prompts.map(() => 'right')),
  );
  one.on('error', () => undefined);
  events(one);
  one.connect({
    host: '127.0.0.1',
    port: rig.port,
    username: 'alice@root@web1',
    tryKeyboard: true,
    agent: agentPath,
    authHandler: ['keyboard-interactive'],
    agentForward,
  });
  await once(one, 'ready');
  return one;
}

let agentPath = '';
function startAgent(): void {
  agentPath = files.path(`agent-${running.length}`);
  const agent = spawn('ssh-agent', ['-D', '-a', agentPath], { stdio: 'ignore' });
  running.push({ kill: () => agent.kill() });
}

/** Asks for the list of keys, and gives what comes back until the channel is closed. */
async function list(channel: BackChannel | null): Promise<Buffer> {
  if (channel === null) throw new Error('not opened');
  const parts: Buffer[] = [];
  channel.input.on('data', (bytes: Buffer) => parts.push(bytes));
  channel.output.write(Buffer.from([0, 0, 0, 1, 11]));
  await until(() => Buffer.concat(parts).length >= 9);
  channel.eof();
  await until(() => channel.gone.aborted);
  return Buffer.concat(parts);
}
const NO_KEYS = Buffer.from([0, 0, 0, 5, 12, 0, 0, 0, 0]);

test('a session that asks for it can reach the agent, twenty times at once', async () => {
  startAgent();
  const visits = await door();
  const one = await client();
  one.exec('true', () => undefined);
  await until(() => visits.length === 1);
  const open = visits[0]?.lends().get('agent')?.open;
  const answers = await Promise.all(
    Array.from({ length: 20 }, async () => await list((await open?.()) ?? null)),
  );
  expect(answers).toEqual(Array.from({ length: 20 }, () => NO_KEYS));
  // nothing of them is left on the connection
  const { _chanMgr: channels } = one as unknown as { _chanMgr: { _count: number } };
  await until(() => channels._count === 1);
});

test('one that does not ask has nothing to open', async () => {
  startAgent();
  const visits = await door();
  const one = await client(undefined, false);
  one.exec('true', () => undefined);
  await until(() => visits.length === 1);
  expect([...(visits[0]?.lends().keys() ?? [])]).toEqual([]);
});

test('a client that leaves, and one that takes no packets, cost their own connection only', async () => {
  startAgent();
  const visits = await door();
  const strange = await client((one) => {
    const inside = one as unknown as { _protocol?: unknown };
    one.once('ready', () => {
      const protocol = inside._protocol as {
        channelOpenConfirm: (to: number, from: number, window: number, packet: number) => void;
      };
      const confirm = protocol.channelOpenConfirm.bind(protocol);
      protocol.channelOpenConfirm = (to, from, window) => confirm(to, from, window, 0);
    });
  });
  strange.exec('true', () => undefined);
  await until(() => visits.length === 1);
  const closed = once(strange, 'close');
  expect(await visits[0]?.lends().get('agent')?.open()).toBeNull();
  await closed;
  expect(rig.lines.map(({ about }) => about)).toContainEqual(
    expect.objectContaining({ why: 'takes packets below 1 KiB only' }),
  );
  const good = await client();
  good.exec('true', () => undefined);
  await until(() => visits.length === 2);
  const held = await visits[1]?.lends().get('agent')?.open();
  good.destroy();
  await until(() => held?.gone.aborted === true);
  expect(await visits[1]?.lends().get('agent')?.open()).toBeNull();
});

test('OpenSSH’s client and its agent', async () => {
  startAgent();
  const key = files.path('key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  await until(() => spawnSyncAdd(key) === 0);
  const visits = await door();
  const pass = files.write('pass', '#!/bin/sh\necho right\n', 0o755);
  const child = spawn(
    'ssh',
    [
      ...['-F', 'none', '-T', '-A', '-p', String(rig.port), '-o', 'StrictHostKeyChecking=no'],
      ...[
        '-o',
        'UserKnownHostsFile=/dev/null',
        '-o',
        'PubkeyAuthentication=no',
        'alice@root@web1@127.0.0.1',
        'true',
      ],
    ],
    {
      stdio: 'ignore',
      env: { ...process.env, SSH_AUTH_SOCK: agentPath, SSH_ASKPASS: pass, SSH_ASKPASS_REQUIRE: 'force' },
    },
  );
  running.push({ kill: () => child.kill() });
  await until(() => visits.length === 1);
  const answer = await list((await visits[0]?.lends().get('agent')?.open()) ?? null);
  expect(answer.readUInt32BE(5)).toBe(1);
});

function spawnSyncAdd(key: string): number {
  try {
    execFileSync('ssh-add', ['-q', key], {
      env: { ...process.env, SSH_AUTH_SOCK: agentPath },
      stdio: 'ignore',
    });
    return 0;
  } catch {
    return 1;
  }
}
