/** Connections through a target: only where policy says so, from inside the session, each with a recording of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually, type Postern, startPostern } from '../helpers/postern.ts';
import { freePort, startTarget, type Target } from '../helpers/target.ts';
import { keyOf, prepare } from '../helpers/walk.ts';

const CANARY = 'canary-that-was-forwarded';
let postern: Postern;
let target: Target;
let identity: string;
let folder: string;
let account: string;
/** Sends everything back when the client has ended its side, and what it was: so a half-closed connection must live. */
let mirror: Server;
let there: string;
const clients: ChildProcess[] = [];

beforeAll(async () => {
  [postern, target] = await Promise.all([startPostern(), startTarget()]);
  ({ accountId: account } = await prepare(postern, target));
  identity = await keyOf(postern, 'alice');
  writeFileSync(join(target.folder, 'keys/admin60'), readFileSync(`${identity}.pub`), { mode: 0o644 });
  folder = mkdtempSync(join(tmpdir(), 'postern-forwarding-'));
  const common = [
    'HostName 127.0.0.1',
    `IdentityFile ${identity}`,
    ...['IdentitiesOnly yes', 'IdentityAgent none', 'BatchMode yes', 'StrictHostKeyChecking no'],
    ...['UserKnownHostsFile /dev/null', 'LogLevel INFO'],
  ];
  const hosts = [
    ['via', `Port ${postern.port}`, `User alice%admin60%127.0.0.1#${target.port}`],
    ['menu', `Port ${postern.port}`, 'User alice'],
    ['behind', `Port ${target.port}`, 'User admin60'],
  ];
  writeFileSync(
    join(folder, 'config'),
    hosts.map(([name, ...lines]) => `Host ${name}\n  ${[...lines, ...common].join('\n  ')}\n`).join(''),
  );
  mirror = createServer({ allowHalfOpen: true }, (socket) => {
    const parts: Buffer[] = [];
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => parts.push(bytes));
    socket.on('end', () => socket.end(Buffer.concat(parts)));
  });
  await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve));
  there = `127.0.0.1:${portOf(mirror)}`;
}, 90_000);
afterEach(() => {
  for (const client of clients.splice(0)) client.kill();
});
afterAll(async () => {
  mirror.close();
  await postern?.remove();
  await target?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const allow = (...places: string[]) =>
  postern.json([
    'account',
    'set',
    account,
    'localForwarding',
    places.length === 0 ? 'none' : places.join(','),
  ]);

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** An ssh that stays; its standard error grows. */
function ssh(args: readonly string[], input: 'ignore' | 'pipe' = 'ignore') {
  const child = spawn('ssh', ['-F', join(folder, 'config'), ...args], { stdio: [input, 'pipe', 'pipe'] });
  clients.push(child);
  child.stdin?.on('error', () => undefined);
  const said = { err: '', out: Buffer.alloc(0) };
  child.stdout?.on('data', (bytes: Buffer) => (said.out = Buffer.concat([said.out, bytes])));
  child.stderr?.on('data', (bytes: Buffer) => (said.err += bytes.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, said, ended };
}

async function listening(port: number): Promise<void> {
  await eventually('the client to listen', async () => {
    const socket = connect(port, '127.0.0.1');
    const open = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    return open;
  });
}

/** Sends, ends its side, and gives everything that comes back. */
async function exchange(
  port: number,
  bytes: Buffer,
  hello?: (socket: Socket) => Promise<void>,
): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const parts: Buffer[] = [];
  await new Promise((resolve) => socket.once('connect', resolve));
  await hello?.(socket);
  socket.on('data', (part: Buffer) => parts.push(part));
  const over = new Promise<void>((resolve) => {
    socket.once('end', resolve).once('error', () => resolve());
  });
  socket.end(bytes);
  await over;
  return Buffer.concat(parts);
}

/** SOCKS 5, as browsers speak it. */
const socks = (host: string, port: number) => async (socket: Socket) => {
  const answer = () => new Promise<Buffer>((resolve) => socket.once('data', resolve));
  socket.write(Buffer.from([5, 1, 0]));
  await answer();
  const name = Buffer.from(host);
  socket.write(
    Buffer.concat([Buffer.from([5, 1, 0, 3, name.length]), name, Buffer.from([port >> 8, port & 255])]),
  );
  const [, status] = await answer();
  expect(status).toBe(0);
};

const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
interface Row {
  readonly id: string;
  readonly forward: string | null;
  readonly outcome: string;
}
const forwards = async () =>
  (await postern.json<Row[]>(['recordings', 'list'])).filter((row) => row.forward !== null);

describe('off by default', () => {
  test('what is asked for is refused with the reason, before the target hears of it, and audited', {
    timeout: 60_000,
  }, async () => {
    const before = target.log().length;
    const { said, ended } = ssh(['-W', there, 'via']);
    expect(await ended).toBe(255);
    expect(said.err).toMatch(/administratively prohibited: postern: .*localForwarding/);
    expect(target.log().slice(before)).toBe('');
    const rows = await postern.json<{ failureCode: string; detail: string }[]>([
      'audit',
      'list',
      '--limit',
      '5',
    ]);
    expect(rows.find((row) => row.failureCode === 'FORWARDING_DENIED')?.detail).toContain(there);
    expect(await forwards()).toEqual([]);
  });

  test('a jump through the menu is refused with the line that says how to connect', {
    timeout: 60_000,
  }, async () => {
    const { said, ended } = ssh(['-J', 'menu', 'behind', 'true']);
    expect(await ended).toBe(255);
    expect(said.err).toContain('Connect instead: ssh -t alice@TARGETUSER@127.0.0.1@BASTION');
  });

  test('the other way round, and sockets of the target', { timeout: 60_000 }, async () => {
    const remote = ssh(['-o', 'ExitOnForwardFailure=yes', '-N', '-R', '0:127.0.0.1:1', 'via']);
    expect(await remote.ended).toBe(255);
    const port = await freePort();
    const client = ssh(['-N', '-L', `${port}:/run/some.sock`, 'via']);
    await listening(port);
    expect((await exchange(port, Buffer.from('x'))).length).toBe(0);
    expect(client.said.err).toContain('administratively prohibited: postern: ');
  });
});

describe('where it is allowed', () => {
  beforeAll(() => allow(there, `127.0.0.1:${target.port}`, '127.0.0.1:1'));

  test('-L: bytes both ways as they are, two at once, half-closed; the recording has counts and no contents', {
    timeout: 60_000,
  }, async () => {
    const port = await freePort();
    ssh(['-N', '-L', `${port}:${there}`, 'via']);
    await listening(port);
    const big = [randomBytes(8_000_003), randomBytes(3_000_001)];
    const back = await Promise.all(big.map((bytes) => exchange(port, bytes)));
    expect(back.map(hash)).toEqual(big.map(hash));
    expect((await exchange(port, Buffer.from(CANARY))).toString()).toBe(CANARY);
    const done = await eventually('the recordings to be stored', async () => {
      const rows = await postern.json<(Row & { stored: string })[]>(['recordings', 'list']);
      const mine = rows.filter((row) => row.forward === there);
      return mine.length >= 3 && mine.every((row) => row.stored === 'safe') && mine;
    });
    const casts = await Promise.all(
      done.map(
        async ({ id }) =>
          (await postern.cli(['recordings', 'export', id, '--format', 'v3', '--output', '-'])).stdout,
      ),
    );
    const [all] = [casts.join('\n')];
    expect(all).not.toContain(CANARY);
    for (const length of [8_000_003, 3_000_001, CANARY.length])
      expect(all).toContain(`tcp connection to ${there}: ${length} bytes to it, ${length} bytes from it, ok`);
    expect(Math.max(...casts.map((cast) => cast.length))).toBeLessThan(4000);
    const rows = await postern.json<{ code: number; detail: string }[]>(['audit', 'list', '--limit', '200']);
    expect(rows.filter((row) => row.code === 300).map((row) => row.detail)).toContain(
      `connection to ${there}`,
    );
  });

  test('-D, and a script on standard input beside it, as editors do it', { timeout: 60_000 }, async () => {
    const port = await freePort();
    const editor = ssh(['-T', '-D', String(port), 'via', 'bash'], 'pipe');
    editor.child.stdin?.write('echo "server is $((6*7))"\n');
    await eventually('the script to run', () => editor.said.out.includes('server is 42'));
    const bytes = randomBytes(100_000);
    const [first, second] = await Promise.all(
      [bytes, Buffer.from('x')].map((one) => exchange(port, one, socks('127.0.0.1', portOf(mirror)))),
    );
    expect(hash(first ?? Buffer.alloc(0))).toBe(hash(bytes));
    expect(second?.toString()).toBe('x');
    editor.child.stdin?.end('exit 5\n');
    expect(await editor.ended).toBe(5);
  });

  test('-W, and a jump through it to another login', { timeout: 60_000 }, async () => {
    const straight = ssh(['-W', there, 'via'], 'pipe');
    straight.child.stdin?.end('to and fro');
    expect(await straight.ended).toBe(0);
    expect(straight.said.out.toString()).toBe('to and fro');
    const jump = ssh(['-J', 'via', 'behind', 'echo there; exit 3']);
    expect(await jump.ended).toBe(3);
    expect(jump.said.out.toString()).toBe('there\n');
  });

  test('what the target cannot reach is the target’s failure, and other places are still ours to refuse', {
    timeout: 60_000,
  }, async () => {
    const nobody = ssh(['-W', '127.0.0.1:1', 'via']);
    expect(await nobody.ended).toBe(255);
    expect(nobody.said.err).toMatch(
      /open failed: connect failed: postern: The target could not connect: .*refused/,
    );
    const other = ssh(['-W', '127.0.0.1:2', 'via']);
    expect(await other.ended).toBe(255);
    expect(other.said.err).toMatch(/open failed: administratively prohibited: postern: .*127\.0\.0\.1:2/);
    const row = (await forwards())[0];
    expect(row).toMatchObject({ forward: '127.0.0.1:1', outcome: 'failed' });
    const text = await eventually('the tape', async () => {
      const { stdout } = await postern.cli([
        'recordings',
        'export',
        row?.id ?? '',
        '--format',
        'v3',
        '--output',
        '-',
      ]);
      return stdout.includes('tcp connection') && stdout;
    });
    expect(text).toMatch(/tcp connection to 127\.0\.0\.1:1: 0 bytes to it, 0 bytes from it, .*refused/);
  });

  test('a terminated one is closed at the client, and one that is not allowed any more is not opened again', {
    timeout: 60_000,
  }, async () => {
    const port = await freePort();
    const client = ssh(['-N', '-L', `${port}:${there}`, 'via']);
    await listening(port);
    const socket = connect(port, '127.0.0.1');
    let ours = false;
    socket.on('error', () => undefined).resume();
    // the look whether the client listens is a forwarded connection, too, and may be over before it is terminated
    await eventually('it to be closed', async () => {
      const rows = await postern.json<{ id: string; forward: string | null; state: string }[]>([
        'sessions',
        'list',
      ]);
      for (const { id, forward, state } of rows) {
        if (forward !== there || state !== 'running') continue;
        const { status } = await postern.cli(['sessions', 'terminate', id, '--reason', 'test']);
        ours ||= status === 0;
      }
      return socket.destroyed;
    });
    expect(ours).toBe(true);
    await allow();
    expect((await exchange(port, Buffer.from('x'))).length).toBe(0);
    expect(client.said.err).toContain('localForwarding');
    await allow(there);
    expect((await exchange(port, Buffer.from('x'))).toString()).toBe('x');
  });
});

test('where a reason is required, a command is told how to give it; what is forwarded takes the connection’s', {
  timeout: 60_000,
}, async () => {
  await allow(there);
  await postern.json(['account', 'set', account, 'reasonRequired', 'yes']);
  const without = ssh(['-T', 'via', 'echo ran']);
  expect(await without.ended).toBe(255);
  expect(without.said.out.length).toBe(0);
  const told = /ssh -o '(SetEnv=[^']+)'/.exec(without.said.err)?.[1]?.replace('why', 'incident 42') ?? '';
  expect(told).toBe('SetEnv=LC_POSTERN_REASON="incident 42"');
  const refused = ssh(['-W', there, 'via']);
  expect(await refused.ended).toBe(255);
  expect(refused.said.err).toMatch(/administratively prohibited: postern: .*REASON_NEEDED/);
  const port = await freePort();
  const shell = ssh(['-T', '-o', told, '-L', `${port}:${there}`, 'via', 'echo ran; cat'], 'pipe');
  await eventually('the command to run', () => shell.said.out.includes('ran'));
  expect((await exchange(port, Buffer.from('x'))).toString()).toBe('x');
  shell.child.stdin?.end();
  expect(await shell.ended).toBe(0);
  const rows = await postern.json<(Row & { reason: string })[]>(['recordings', 'list']);
  expect(rows.slice(0, 2).map(({ forward, reason }) => [forward, reason])).toEqual([
    [there, 'incident 42'],
    [null, 'incident 42'],
  ]);
});
