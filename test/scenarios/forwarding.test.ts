/** Connections through a target: only where policy says so, from inside the session, each with a recording of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
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
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
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
    await eventually('the reason on standard error', () =>
      client.said.err.includes('administratively prohibited: postern: Sockets of the target are not'),
    );
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

  test('the last bytes of a destination that has ended wait for one who reads late', {
    timeout: 60_000,
  }, async () => {
    // not quite what the client takes unread, with a pipe behind it; then a little that has to wait at the door
    const most = 2 * 1024 * 1024 + 64 * 1024 - 20_000;
    const bytes = randomBytes(most + 40_000);
    const source = createServer((socket) => {
      socket.on('error', () => undefined).write(bytes.subarray(0, most));
      setTimeout(() => socket.end(bytes.subarray(most)), 1500);
    });
    await new Promise<void>((resolve) => source.listen(0, '127.0.0.1', resolve));
    const from = `127.0.0.1:${portOf(source)}`;
    await allow(there, `127.0.0.1:${target.port}`, '127.0.0.1:1', from);
    const command = `ssh -F ${join(folder, 'config')} -W ${from} via | { read go <&3; cat; }`;
    const child = spawn('bash', ['-c', command], { stdio: ['pipe', 'pipe', 'ignore', 'pipe'] });
    clients.push(child);
    const got: Buffer[] = [];
    child.stdout?.on('data', (part: Buffer) => got.push(part));
    await eventually('the destination to be through', async () =>
      (await forwards()).some((row) => row.forward === from && row.outcome === 'exited'),
    );
    // longer than it used to be waited for
    await new Promise((resolve) => setTimeout(resolve, 7000));
    (child.stdio[3] as Writable).end('\n');
    await new Promise((resolve) => child.once('close', resolve));
    source.close();
    expect(hash(Buffer.concat(got))).toBe(hash(bytes));
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

describe('the target listens for the person', () => {
  beforeAll(async () => {
    await allow();
    await postern.json(['account', 'set', account, 'remoteForwarding', 'localhost:*']);
  });
  const rows = () => postern.json<(Row & { stored: string })[]>(['recordings', 'list']);
  /** The recordings of what listened, as soon as they are complete. */
  const heard = async (count: number): Promise<string> => {
    const done = await eventually('the recordings to be stored', async () => {
      const mine = (await rows()).filter(({ forward }) => forward?.startsWith('listen ') === true);
      return mine.length >= count && mine.every(({ stored }) => stored === 'safe') && mine;
    });
    const casts = await Promise.all(
      done.map(({ id }) => postern.cli(['recordings', 'export', id, '--format', 'v3', '--output', '-'])),
    );
    return casts.map(({ stdout }) => stdout).join('\n');
  };
  const closed = (port: number) =>
    eventually('the port to be closed', async () => {
      const socket = connect(port, '127.0.0.1');
      const refused = await new Promise<boolean>((resolve) => {
        socket.once('connect', () => resolve(false)).once('error', () => resolve(true));
      });
      socket.destroy();
      return refused;
    });

  test('-R: bytes both ways, several at once, half-closed; recorded with where they came from', {
    timeout: 60_000,
  }, async () => {
    const port = await freePort();
    const client = ssh(['-N', '-R', `${port}:${there}`, 'via']);
    await listening(port);
    const sent = [randomBytes(3_000_001), randomBytes(70_000), Buffer.from(CANARY), Buffer.from('x')];
    const back = await Promise.all(sent.map((bytes) => exchange(port, bytes)));
    expect(back.map(hash)).toEqual(sent.map(hash));
    client.child.kill();
    await client.ended;
    await closed(port);
    const casts = await heard(1);
    expect(casts).not.toContain(CANARY);
    for (const { length } of sent)
      expect(casts).toMatch(
        new RegExp(
          `tcp connection back to the person: from (?:127.0.0.1|::1):\\d+ to localhost:${port} of the target, ${length} bytes from the target, ${length} bytes to it, ok`,
        ),
      );
    const audit = await postern.json<{ code: number; detail: string }[]>(['audit', 'list', '--limit', '100']);
    expect(audit.filter(({ code }) => code === 300).map(({ detail }) => detail)).toContain(
      `listening at localhost:${port} of the target`,
    );
  });

  test('-R: a command finds from its first moment on that the target listens, however many places come before it', {
    timeout: 60_000,
  }, async () => {
    for (let round = 0; round < 3; round += 1) {
      const ports = await Promise.all(Array.from({ length: 4 }, freePort));
      const command = `exec 3<>/dev/tcp/127.0.0.1/${ports[3]} && echo heard`;
      const client = ssh([...ports.flatMap((port) => ['-R', `${port}:${there}`]), 'via', command]);
      expect(await client.ended).toBe(0);
      expect(client.said.out.toString()).toBe('heard\n');
    }
  });

  test('-R 0 beside a command, given up and asked for again by a master', { timeout: 60_000 }, async () => {
    const control = ['-o', `ControlPath=${join(folder, 'listens')}`];
    const master = ssh(['-M', ...control, '-R', `0:${there}`, 'via', 'echo begun; sleep 60']);
    const given = await eventually('the port', () =>
      /Allocated port (\d+) for remote forward/.exec(master.said.err),
    );
    const port = Number(given[1]);
    expect((await exchange(port, Buffer.from('to and fro'))).toString()).toBe('to and fro');
    await eventually('the command to run', () => master.said.out.includes('begun'));
    expect(await ssh([...control, '-O', 'cancel', '-R', `0:${there}`, 'via']).ended).toBe(0);
    await closed(port);
    const own = await freePort();
    expect(await ssh([...control, '-O', 'forward', '-R', `${own}:${there}`, 'via']).ended).toBe(0);
    expect((await exchange(own, Buffer.from('again'))).toString()).toBe('again');
    // the target refuses a port that only root may have
    const root = ssh([...control, '-O', 'forward', '-R', `3:${there}`, 'via']);
    expect(await root.ended).not.toBe(0);
    // nobody at the person's end: closed, and said so
    const nobody = await freePort();
    expect(await ssh([...control, '-O', 'forward', '-R', `${nobody}:127.0.0.1:1`, 'via']).ended).toBe(0);
    expect((await exchange(nobody, Buffer.from('x'))).length).toBe(0);
    master.child.kill();
    await Promise.all([closed(own), closed(nobody)]);
    expect(await heard(4)).toContain('the client does not take it');
  });

  test('a place that somebody else is just leaving is tried once more', { timeout: 60_000 }, async () => {
    const other = createServer();
    // on all addresses of both kinds
    await new Promise<void>((resolve) => other.listen(0, '::', resolve));
    const port = portOf(other);
    const before = target.log().length;
    const client = ssh(['-o', 'ExitOnForwardFailure=yes', '-R', `${port}:${there}`, 'via', 'echo ran']);
    // the target says so at its first try
    while (!target.log().slice(before).includes(`cannot listen to port: ${port}`))
      await new Promise((resolve) => setTimeout(resolve, 10));
    other.close();
    expect(await client.ended).toBe(0);
    expect(client.said.out.toString()).toBe('ran\n');
  });

  test('other places are refused, with the reason on standard error, before the target hears of it', {
    timeout: 60_000,
  }, async () => {
    const port = await freePort();
    const refused = ssh(['-R', `*:${port}:${there}`, 'via', 'sleep 1; echo ran']);
    expect(await refused.ended).toBe(0);
    expect(refused.said.out.toString()).toBe('ran\n');
    expect(refused.said.err).toContain(`remote port forwarding failed for listen port ${port}`);
    expect(refused.said.err).toContain(`postern: The target may not listen for you: *:${port} is not in`);
    await closed(port);
    const audit = await postern.json<{ failureCode: string }[]>(['audit', 'list', '--limit', '200']);
    expect(audit.some(({ failureCode }) => failureCode === 'LISTENING_DENIED')).toBe(true);
    const socket = ssh(['-o', 'ExitOnForwardFailure=yes', '-N', '-R', `/tmp/x-${port}.sock:${there}`, 'via']);
    expect(await socket.ended).toBe(255);
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
