import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Algorithms } from 'ssh2';
import { afterEach, describe, expect, test } from 'vitest';
import { openRaw, openTcp } from './raw-client.js';
import { openRig, type Rig, type RigOptions, until } from './rig.js';

const MIB = 1024 * 1024;
let rig: Rig;
const rigs: Rig[] = [];

async function door(options: RigOptions = {}): Promise<Rig> {
  rig = await openRig(options);
  rigs.push(rig);
  return rig;
}

/** The door still serves everybody else. */
async function stillOpen(): Promise<void> {
  const raw = await openRaw(rig);
  await raw.shell();
  await until(() => Buffer.concat(raw.received).includes('hello'));
  raw.client.destroy();
  await raw.gone;
}

afterEach(async () => {
  for (const one of rigs.splice(0)) await one.close();
});

describe('an attacker', () => {
  test.each([0, 1, 1023])(
    'opens a channel with a maximum packet size of %i to freeze the process',
    async (size) => {
      await door();
      const raw = await openRaw(rig);
      const refused = new Promise((resolve) => {
        raw.wire._protocol._handlers['CHANNEL_OPEN_FAILURE'] = (_p, _recipient, reason, why) =>
          resolve([reason, why]);
      });
      raw.wire._protocol.session(7, 2 ** 32 - 1, size);
      expect(await refused).toEqual([4, 'the maximum packet size is below 1 KiB']);
      await stillOpen();
    },
  );

  test.each([
    ['64 bytes of noise', randomBytes(64)],
    ['a megabyte of noise', randomBytes(MIB)],
    ['a web request', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['an identification without end', Buffer.alloc(100_000, 'SSH-2.0-')],
    ['noise after the identification', Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), randomBytes(4096)])],
    ['a packet of 4 GiB', Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), Buffer.alloc(64, 0xff)])],
    ['nothing but an end', Buffer.alloc(0)],
  ])('sends %s', async (_what, bytes) => {
    await door({ limits: { loginGrace: 300 } });
    const { socket, closed } = openTcp(rig, bytes);
    if (bytes.length === 0) socket.end();
    await closed;
    await stillOpen();
  });

  test('says nothing at all, or one byte a time, and is sent away when the grace time is over', async () => {
    await door({ limits: { loginGrace: 150 } });
    const silent = openTcp(rig);
    const slow = openTcp(rig);
    const drip = setInterval(() => slow.socket.write('S'), 10);
    await Promise.all([silent.closed, slow.closed]);
    clearInterval(drip);
  });

  test('logs in without a login and waits in the login screen', async () => {
    await door({ limits: { loginGrace: 150 } });
    const raw = await openRaw(rig);
    await raw.shell();
    await raw.gone;
    expect(rig.terminals[0]?.dismissed.reason).toBe('Nobody logged in within 0.15 seconds.');
  });

  test('tries 2,000 passwords on one connection', async () => {
    await door();
    let tries = 0;
    await expect(
      openRaw(rig, {
        auth: (_left, _partial, next) => {
          tries += 1;
          next(
            tries > 2000
              ? 'keyboard-interactive'
              : { type: 'password', username: 'mallory', password: `guess ${tries}` },
          );
        },
      }),
    ).rejects.toThrow('hung up');
    expect(tries).toBeLessThanOrEqual(6);
    expect(rig.terminals).toHaveLength(0);
  });

  test('opens 2,000 channels on a connection without an identity', async () => {
    await door();
    const raw = await openRaw(rig);
    let opened = 0;
    let refused = 0;
    raw.wire._protocol._handlers['CHANNEL_OPEN_CONFIRMATION'] = () => void (opened += 1);
    raw.wire._protocol._handlers['CHANNEL_OPEN_FAILURE'] = () => void (refused += 1);
    for (let n = 0; n < 2000; n += 1) raw.wire._protocol.session(n, MIB, 32_768);
    await until(() => opened + refused === 2000);
    expect(opened).toBe(1);
  });

  test('opens more sessions than ten with an identity', async () => {
    await door({
      serve: async (terminal) => {
        terminal.identified();
        await once(terminal.gone, 'abort');
      },
    });
    const raw = await openRaw(rig);
    await raw.shell();
    await until(() => rig.terminals.length === 1);
    let opened = 1;
    let refused = 0;
    raw.wire._protocol._handlers['CHANNEL_OPEN_CONFIRMATION'] = () => void (opened += 1);
    raw.wire._protocol._handlers['CHANNEL_OPEN_FAILURE'] = () => void (refused += 1);
    for (let n = 10; n < 60; n += 1) raw.wire._protocol.session(n, MIB, 32_768);
    await until(() => opened + refused === 51);
    expect(opened).toBe(10);
  });

  test.each([
    ['compression before login', { compress: ['zlib'] }],
    ['compression after login', { compress: ['zlib@openssh.com'] }],
    ['SHA-1', { cipher: ['aes128-ctr'], hmac: ['hmac-sha1'] }],
    ['a MAC over plaintext', { cipher: ['aes128-ctr'], hmac: ['hmac-sha2-256'] }],
    ['CBC', { cipher: ['aes256-cbc'] }],
    ['a NIST curve', { kex: ['ecdh-sha2-nistp256'] }],
    ['Diffie-Hellman with SHA-1', { kex: ['diffie-hellman-group14-sha1'] }],
    ['RSA host keys', { serverHostKey: ['ssh-rsa', 'rsa-sha2-256'] }],
  ])('offers nothing but %s', async (_what, algorithms) => {
    await door();
    await expect(openRaw(rig, { algorithms: algorithms as Algorithms })).rejects.toThrow(/handshake|match/i);
  });

  test('sends more than the receive window holds to somebody who does not read', async () => {
    await door({
      serve: async (terminal) => {
        terminal.input.pause();
        await once(terminal.gone, 'abort');
      },
    });
    const raw = await openRaw(rig);
    const channel = await raw.shell();
    await until(() => rig.terminals.length === 1);
    const chunk = Buffer.alloc(32_000);
    for (let sent = 0; sent < 16 * MIB; sent += chunk.length) raw.wire._protocol.channelData(channel, chunk);
    await raw.gone;
    expect(rig.lines.map(({ about }) => about)).toContainEqual({
      from: '127.0.0.1',
      why: 'sent more than its window allows',
    });
    await openRaw(rig);
  });

  test('opens a window of 4 GiB and reads nothing: its source is paused', async () => {
    let written = 0;
    let stopped = false;
    await door({
      serve: async (terminal) => {
        const chunk = Buffer.alloc(32 * 1024);
        while (!terminal.gone.aborted) {
          written += chunk.length;
          if (terminal.output.write(chunk)) await new Promise(setImmediate);
          else {
            stopped = true;
            await Promise.race([once(terminal.output, 'drain'), once(terminal.gone, 'abort')]);
            stopped = false;
          }
        }
      },
    });
    const raw = await openRaw(rig);
    await raw.shell();
    raw.wire._sock.pause();
    let before = -1;
    // kernel buffers fill up first
    await until(() => stopped && written > 0 && before === (before = written), 200);
    expect(written).toBeLessThan(16 * MIB);
    raw.client.destroy();
  });

  test('asks without end and reads no answer', async () => {
    await door({ limits: { unreadAnswers: MIB } });
    const raw = await openRaw(rig);
    raw.wire._sock.pause();
    const ask = setInterval(() => {
      for (let n = 0; n < 5000; n += 1) raw.wire._protocol.ping();
    }, 5);
    await until(() =>
      rig.lines.some(({ about }) => JSON.stringify(about).includes('does not read the answers')),
    );
    clearInterval(ask);
    raw.client.destroy();
  });

  test('begins a key exchange and never ends it, so that all output waits in memory', async () => {
    let written = 0;
    await door({
      limits: { rekeyBytes: 256 * 1024, rekeyWithin: 300 },
      serve: async (terminal) => {
        while (!terminal.gone.aborted) {
          written += 32 * 1024;
          if (!terminal.output.write(Buffer.alloc(32 * 1024)))
            await Promise.race([once(terminal.output, 'drain'), once(terminal.gone, 'abort')]);
        }
      },
    });
    const raw = await openRaw(rig);
    await raw.shell();
    // takes our KEXINIT and says nothing to it
    raw.wire._protocol._onWrite = () => undefined;
    await raw.gone;
    expect(rig.lines.map(({ about }) => about)).toContainEqual({
      from: '127.0.0.1',
      why: 'does not finish a key exchange',
    });
    expect(written).toBeLessThan(4 * MIB);
  });

  test('sends data after the end, and to channels that never were', async () => {
    await door();
    const raw = await openRaw(rig);
    const channel = await raw.shell();
    raw.wire._protocol.channelEOF(channel);
    raw.wire._protocol.channelData(channel, Buffer.from('late'));
    raw.wire._protocol.channelData(12_345, Buffer.from('nowhere'));
    raw.wire._protocol.channelData(2 ** 32 - 1, Buffer.from('at the edge'));
    await raw.gone;
    await stillOpen();
  });

  test('makes something of ours throw: that costs his connection only', async () => {
    let first = true;
    await door({
      serve: async (terminal) => {
        if (first) {
          first = false;
          throw new Error('planted');
        }
        terminal.output.write('hello');
        await once(terminal.gone, 'abort');
      },
    });
    const bystander = openTcp(rig);
    const raw = await openRaw(rig);
    await raw.shell();
    await raw.gone;
    expect(bystander.socket.destroyed).toBe(false);
    // 90 s for whoever found a way to break something
    expect(await openTcp(rig).closed).toBe('Not allowed at this time\r\n');
    bystander.socket.destroy();
  });

  test('drags the window a thousand times: listeners hear little, and the last size', async () => {
    const heard: string[] = [];
    await door({
      serve: async (terminal) => {
        terminal.onResize(({ columns, rows }) => heard.push(`${columns}x${rows}`));
        await once(terminal.gone, 'abort');
      },
    });
    const raw = await openRaw(rig);
    const channel = await raw.shell();
    const protocol = raw.wire._protocol as unknown as {
      windowChange(channel: number, rows: number, columns: number, height: number, width: number): void;
    };
    for (let n = 0; n < 1000; n += 1) protocol.windowChange(channel, 10 + (n % 50), 20 + (n % 100), 0, 0);
    protocol.windowChange(channel, 0, 0, 0, 0);
    protocol.windowChange(channel, 2 ** 32 - 1, 2 ** 32 - 1, 0, 0);
    await until(() => heard.at(-1) === '1000x500');
    expect(heard.length).toBeLessThan(100);
    raw.client.destroy();
  });

  test('comes again and again without trying to log in', async () => {
    await door({ now: () => 0 });
    let visits = 0;
    await until(async () => {
      visits += 1;
      const { socket, closed } = openTcp(rig);
      await once(socket, 'data');
      socket.destroy();
      return (await closed).startsWith('Not allowed');
    });
    // 15 connections at 1 s each; the door may see the end of the last one a moment later
    expect(visits).toBeGreaterThan(15);
    expect(visits).toBeLessThan(20);
  });

  test('fills the hall: later strangers are dropped at random, then all', async () => {
    await door({ limits: { startups: { begin: 3, rate: 50, full: 5 } }, random: () => 0.6 });
    const inside = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const stranger = openTcp(rig);
        const [first] = (await once(stranger.socket, 'data')) as [Buffer];
        return { ...stranger, first: first.toString() };
      }),
    );
    // 3 free places, the 4th of 50 %, the 5th of 75 %
    expect(inside.filter(({ first }) => first.startsWith('SSH-2.0-Postern'))).toHaveLength(4);
    expect(inside.filter(({ first }) => first === 'Exceeded MaxStartups\r\n')).toHaveLength(1);
    for (const { socket } of inside) socket.destroy();
  });
});
