import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { parseHostKey } from '#/domain/host-key.js';
import { Secret } from '#/domain/secret.js';
import { openAsk, refusal } from '#/session/ask.js';
import { openDial } from '#/session/dial.js';
import { openHostKeyDesk } from '#/session/host-key.js';
import { connectTarget, explain } from '#/session/target.js';
import { openUp } from '#/session/up.js';

const folder = mkdtempSync(join(tmpdir(), 'pts-sock-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
const path = (): string => join(folder, `s${(count += 1)}`);

/** Says something, ends, and gives everything that comes back; null when the other side just hangs up or is not there. */
function exchange(to: string, said: string, ends = true): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ path: to, allowHalfOpen: true });
    let heard = '';
    socket.on('data', (bytes: Buffer) => (heard += bytes.toString()));
    socket.on('error', () => resolve(null));
    socket.on('close', () => resolve(heard === '' ? null : heard));
    socket.on('end', () => socket.end());
    if (ends) socket.end(said);
    else socket.write(said);
  });
}

describe('ask', () => {
  test('answers one question for the password, to anybody who reached it, and wipes the secret', async () => {
    const at = path();
    const secret = Secret.take(Buffer.from('pass wörd'));
    const refused: string[] = [];
    const ask = await openAsk({ path: at, secret, onRefused: (why) => refused.push(why) });
    expect(statSync(at).mode & 0o777).toBe(0o666);
    expect(await exchange(at, "\nbob@target's password: ")).toBe('pass wörd');
    expect([ask.answered, secret.wiped]).toEqual([true, true]);
    const second = exchange(at, "\nbob@target's password: ");
    while (refused.length === 0) await new Promise((again) => setTimeout(again, 2));
    expect(refused).toEqual(['wrong password']);
    ask.close();
    expect(await second).toBe(null);
    expect(existsSync(at)).toBe(false);
  });

  test('answers nobody before it may', async () => {
    const [early, later] = [path(), path()];
    const gate = Promise.withResolvers<void>();
    const common = { onRefused: () => undefined };
    const secret = (text: string) => Secret.take(Buffer.from(text));
    const asks = [
      await openAsk({ ...common, path: early, secret: secret('first'), allowed: gate.promise }),
      await openAsk({ ...common, path: later, secret: secret('second') }),
    ];
    const answers: (string | null)[] = [];
    const asked = exchange(early, "\nbob@target's password: ").then((answer) => answers.push(answer));
    answers.push(await exchange(later, "\nbob@target's password: "));
    expect(asks.map((ask) => ask.answered)).toEqual([false, true]);
    gate.resolve();
    await asked;
    expect(answers).toEqual(['second', 'first']);
    for (const ask of asks) ask.close();
  });

  test('close wipes a secret that nobody asked for', async () => {
    const secret = Secret.take(Buffer.from('x'));
    const ask = await openAsk({ path: path(), secret, onRefused: () => undefined });
    ask.close();
    expect(secret.wiped).toBe(true);
  });

  test.each([
    ["\nbob@target's password: ", false, null],
    ['\n(bob@target) Password: ', false, null],
    ['\n(bob@target) Password for bob@host:', false, null],
    ["\nbob@target's password: ", true, 'wrong password'],
    ['\n(bob@target) Verification code: ', true, 'it asks for more than a password'],
    ['\n(bob@target) Verification code: ', false, 'it does not ask for a password'],
    ["\nEnter bob@target's new password: ", false, 'the password has expired'],
    ['\n(current) UNIX password: ', false, 'the password has expired'],
    ['\nAre you sure you want to continue connecting (yes/no)? ', false, 'it does not ask for a password'],
    ["confirm\nbob@target's password: ", false, 'it asks for a confirmation'],
    ["none\nbob@target's password: ", false, 'it asks for a confirmation'],
    ['\nEnter passphrase for key: ', false, 'it does not ask for a password'],
    ['', false, 'it does not ask for a password'],
  ])('%j (answered before: %s): %s', (asked, answered, why) => {
    expect(refusal(asked, answered)).toBe(why);
  });
});

describe('host key', () => {
  const pinned = parseHostKey(
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f',
  );
  const other = parseHostKey(
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIP8BAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f',
  );

  test('the expected key is known, another is kept and is not', async () => {
    const at = path();
    const desk = await openHostKeyDesk(at, pinned);
    expect(await exchange(at, 'NONE NONE\n')).toBe('#\n');
    expect(await exchange(at, `${pinned?.type} ${pinned?.base64}\n`)).toBe(
      `target ${pinned?.type} ${pinned?.base64}\n`,
    );
    expect(desk.offered).toBe(null);
    expect(await exchange(at, `${other?.type} ${other?.base64}\n`)).toBe('#\n');
    expect(desk.offered).toEqual(other);
    desk.close();
    expect(await exchange(at, 'NONE NONE\n')).toBe(null);
  });

  test('a probe learns the key and answers nothing', async () => {
    const at = path();
    const desk = await openHostKeyDesk(at, null);
    expect(await exchange(at, `${pinned?.type} ${pinned?.base64}\n`)).toBe('#\n');
    expect(desk.offered).toEqual(pinned);
    desk.close();
  });
});

test('up: the client waits until it is let go, and only one is listened to', async () => {
  const at = path();
  const ready = Promise.withResolvers<void>();
  await openUp(at, () => ready.promise);
  let gone = false;
  const client = exchange(at, '').then(() => (gone = true));
  await new Promise((turn) => setImmediate(turn));
  while (existsSync(at)) await new Promise((again) => setTimeout(again, 1));
  expect(await exchange(at, '')).toBe(null);
  expect(gone).toBe(false);
  ready.resolve();
  await client;
});

describe('dial', () => {
  const servers: Server[] = [];
  afterEach(() => servers.splice(0).forEach((one) => one.close()));
  function serve(onConnection: (socket: Socket) => void): Promise<number> {
    const server = createServer((socket) => onConnection(socket.on('error', () => undefined)));
    servers.push(server);
    return new Promise((ready) =>
      server.listen(0, '127.0.0.1', () => ready((server.address() as { port: number }).port)),
    );
  }
  async function dialTo(port: number): Promise<{
    readonly at: string;
    readonly dial: Awaited<ReturnType<typeof openDial>>;
    readonly target: Socket;
  }> {
    const target = await connectTarget({ address: '127.0.0.1', port }, new AbortController().signal);
    if (!target.ok) throw new Error(target.failure.message);
    const at = path();
    return { at, dial: await openDial(at, target.value, Date.now), target: target.value };
  }

  test('relays one connection both ways, every byte, also what came before it', async () => {
    const port = await serve((socket) => {
      socket.write('banner ');
      socket.pipe(socket);
    });
    const { at, dial } = await dialTo(port);
    const client = connect(at);
    const big = Buffer.alloc(3_000_000, 'z');
    let size = 0;
    client.on('data', (bytes: Buffer) => (size += bytes.length));
    client.write(big);
    while (size < big.length + 7) await new Promise((again) => setTimeout(again, 2));
    expect(existsSync(at)).toBe(false);
    expect(await exchange(at, 'x')).toBe(null);
    expect(dial.targetWentFirst).toBe(null);
    client.destroy();
    dial.end();
  });

  test('a client that does not read holds the target back', async () => {
    let sent = 0;
    const port = await serve((socket) => {
      const more = (): void => {
        while (!socket.destroyed && sent < 400_000_000 && socket.write(Buffer.alloc(65_536))) sent += 65_536;
      };
      socket.on('drain', more);
      more();
    });
    const { at, dial } = await dialTo(port);
    const client = connect(at).pause();
    let before = -1;
    while (sent !== before || sent === 0) {
      before = sent;
      await new Promise((again) => setTimeout(again, 100));
    }
    expect(sent).toBeLessThan(40_000_000);
    client.destroy();
    dial.end();
  });

  test('says when the target hung up first, and when the client did', async () => {
    const closing = await dialTo(await serve((socket) => socket.once('data', () => socket.end('bye'))));
    expect(await exchange(closing.at, 'hello', false)).toBe('bye');
    expect(closing.dial.targetWentFirst).toBe('closed by the target');
    const reset = await dialTo(await serve((socket) => socket.once('data', () => socket.resetAndDestroy())));
    expect(await exchange(reset.at, 'hello', false)).toBe(null);
    expect(reset.dial.targetWentFirst).toBe('reset');
    const leaving = await dialTo(await serve((socket) => socket.resume()));
    const client = connect(leaving.at);
    client.on('connect', () => client.destroy());
    await new Promise((closed) => leaving.target.once('close', closed));
    expect(leaving.dial.targetWentFirst).toBe(null);
  });
});

describe('target', () => {
  const signal = new AbortController().signal;

  test('a closed port and a name that does not exist are told apart', async () => {
    const server = createServer();
    const port = await new Promise<number>((ready) =>
      server.listen(0, '127.0.0.1', () => ready((server.address() as { port: number }).port)),
    );
    await new Promise((closed) => server.close(closed));
    expect(await connectTarget({ address: '127.0.0.1', port }, signal)).toMatchObject({
      ok: false,
      failure: { code: 'TARGET_REFUSED', side: 'target', stage: 5 },
    });
    expect(await connectTarget({ address: 'nothing.invalid', port: 22 }, signal)).toMatchObject({
      ok: false,
      failure: { code: 'TARGET_NAME', side: 'target', stage: 5 },
    });
  });

  test('silence is unreachable after the timeout, and an ended session does not wait for it', async () => {
    const mute = spawn(
      process.execPath,
      [
        '-e',
        "const s = require('node:net').createServer(); s.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(s.address().port))",
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const port = Number(await new Promise<Buffer>((said) => mute.stdout.once('data', said)));
    mute.kill('SIGSTOP');
    // its queue of connections is full from now on, and the kernel drops what comes
    const full = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    await new Promise((some) => full[0]?.once('connect', some));
    expect(await connectTarget({ address: '127.0.0.1', port }, signal, 200)).toMatchObject({
      ok: false,
      failure: { code: 'TARGET_UNREACHABLE', stage: 5 },
    });
    expect(
      await connectTarget({ address: '127.0.0.1', port }, AbortSignal.timeout(50), 20_000),
    ).toMatchObject({ ok: false, failure: { code: 'TARGET_UNREACHABLE' } });
    expect(await connectTarget({ address: '127.0.0.1', port }, AbortSignal.abort(), 20_000)).toMatchObject({
      ok: false,
      failure: { code: 'TARGET_UNREACHABLE' },
    });
    for (const one of full) one.destroy();
    mute.kill('SIGKILL');
  });

  test.each([
    [['ECONNREFUSED'], 'TARGET_REFUSED'],
    [['ETIMEDOUT', 'ECONNREFUSED'], 'TARGET_REFUSED'],
    [['EHOSTUNREACH', 'ENETUNREACH'], 'TARGET_UNREACHABLE'],
    [['EAI_AGAIN'], 'TARGET_NAME'],
    [['ENOTFOUND'], 'TARGET_NAME'],
  ])('%j is %s', (codes, failure) => {
    const [first, ...others] = codes.map((code) => Object.assign(new Error(code), { code }));
    const error =
      others.length === 0
        ? first
        : Object.assign(new AggregateError([first, ...others]), { errors: [first, ...others] });
    expect(explain(error as Error, { address: 'h', port: 22 }).code).toBe(failure);
  });
});
