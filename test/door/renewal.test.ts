/** Clients that go on talking while keys are renewed: asyncssh does (test/clients has the client itself). */
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { openRaw, type Wire } from './raw-client.ts';
import { openRig, type Rig, until } from './rig.ts';

const KIB = 1024;
let rig: Rig;
afterEach(async () => {
  await rig.close();
});

interface Inside {
  _kexinit: unknown;
  readonly _cipher: { encrypt(packet: Buffer): void };
  readonly _packetRW: {
    readonly write: {
      /** Where a message begins in its packet: in an exchange at 0, as it waits without a head. */
      allocStart: number;
      readonly allocStartKEX: number;
      alloc(length: number): Buffer;
      finalize(packet: Buffer): Buffer;
    };
  };
}

/** Calls back in each exchange, when the client has sent its part; what is sent then does not wait for the end. */
function inExchanges({ _protocol: protocol }: Wire, talk: (message: (type: number) => void) => void): void {
  const inside = protocol as unknown as Inside;
  let value = inside._kexinit;
  const speak = (): void => {
    const { write } = inside._packetRW;
    const [began, start] = [value, write.allocStart];
    value = undefined;
    write.allocStart = write.allocStartKEX;
    talk((type) => {
      // long enough for the two empty texts of SSH_MSG_DEBUG
      const packet = write.alloc(10);
      packet.fill(0, write.allocStart);
      packet[write.allocStart] = type;
      inside._cipher.encrypt(write.finalize(packet));
    });
    value = began;
    write.allocStart = start;
  };
  Object.defineProperty(protocol, '_kexinit', {
    get: () => value,
    set(next: unknown) {
      value = next;
      if (next !== undefined) process.nextTick(speak);
    },
  });
}

describe('while keys are renewed', () => {
  test('data arrive in their order, and packets without a meaning mean nothing', async () => {
    const heard: Buffer[] = [];
    rig = await openRig({
      limits: { rekeyBytes: 256 * KIB },
      async serve({ input, output }) {
        input.on('data', (chunk: Buffer) => heard.push(chunk));
        for (let sent = 0; sent < 2048 * KIB; sent += 32 * KIB)
          if (!output.write(Buffer.alloc(32 * KIB))) await once(output, 'drain');
        await until(() => Buffer.concat(heard).includes('the end'));
      },
    });
    const raw = await openRaw(rig);
    const channel = await raw.shell();
    let exchanges = 0;
    inExchanges(raw.wire, (message) => {
      exchanges += 1;
      for (const type of [2, 3, 4]) message(type);
      raw.wire._protocol.channelData(channel, Buffer.from(`exchange ${exchanges};`));
      message(2);
    });
    await until(() => exchanges >= 3 || raw.wire._sock.destroyed);
    raw.wire._protocol.channelData(channel, Buffer.from('the end'));
    await until(() => Buffer.concat(heard).includes('the end'));
    raw.client.end();
    expect(Buffer.concat(heard).toString()).toMatch(/^exchange 1;exchange 2;exchange 3;/);
  });

  test('whoever begins to log in again is hung up on', async () => {
    rig = await openRig({
      limits: { rekeyBytes: 256 * KIB },
      async serve({ output, gone }) {
        while (!gone.aborted)
          if (!output.write(Buffer.alloc(32 * KIB)))
            await Promise.race([once(output, 'drain'), once(gone, 'abort')]);
      },
    });
    const raw = await openRaw(rig);
    await raw.shell();
    inExchanges(raw.wire, (message) => message(50));
    await raw.gone;
    expect(JSON.stringify(rig.lines)).toContain('unexpected packet type 50');
  });

  test('only OpenSSH is asked to change its cipher early', async () => {
    let sent = 0;
    rig = await openRig({
      limits: { quickerAfter: 64 * KIB },
      async serve({ output }) {
        for (; sent < 1024 * KIB; sent += 32 * KIB)
          if (!output.write(Buffer.alloc(32 * KIB))) await once(output, 'drain');
        await new Promise(() => undefined);
      },
    });
    const raw = await openRaw(rig, {
      algorithms: { cipher: ['chacha20-poly1305@openssh.com', 'aes128-gcm@openssh.com'] },
    });
    let exchanges = 0;
    inExchanges(raw.wire, () => (exchanges += 1));
    await raw.shell();
    await until(() => Buffer.concat(raw.received).length >= 1024 * KIB);
    expect(exchanges).toBe(0);
    raw.client.end();
  });
});
