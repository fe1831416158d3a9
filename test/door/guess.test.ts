/** Clients that send their half of the key exchange along with its beginning (RFC 4253 §7), as Dropbear does. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTcp } from './raw-client.js';
import { openRig, type Rig, until } from './rig.js';

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
});
afterEach(() => rig.close());

const REPLY = 31;
const u32 = (value: number) => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value]);
const text = (value: Buffer | string) => Buffer.concat([u32(value.length), Buffer.from(value)]);

function packet(payload: Buffer): Buffer {
  const padding = 8 - ((payload.length + 5) % 8) + 8;
  return Buffer.concat([
    u32(payload.length + padding + 1),
    Buffer.from([padding]),
    payload,
    Buffer.alloc(padding),
  ]);
}

function kexInit(kex: string, hostKey: string): Buffer {
  const [cipher, mac] = ['aes256-ctr', 'hmac-sha2-256-etm@openssh.com'];
  const lists = [kex, hostKey, cipher, cipher, mac, mac, 'none', 'none', '', ''];
  return packet(
    Buffer.concat([
      Buffer.from([20]),
      randomBytes(16),
      ...lists.map((list) => text(list)),
      Buffer.from([1]),
      u32(0),
    ]),
  );
}

function half(): Buffer {
  const der = generateKeyPairSync('x25519').publicKey.export({ type: 'spki', format: 'der' });
  return packet(Buffer.concat([Buffer.from([30]), text(der.subarray(-32))]));
}

/** Types of the packets that the door sent in clear. */
function types(heard: Buffer): number[] {
  const found: number[] = [];
  for (let at = heard.indexOf('\n') + 1; at + 6 <= heard.length; at += 4 + heard.readUInt32BE(at))
    found.push(heard[at + 5] ?? 0);
  return found;
}

function knock(kex: string, hostKey = 'ssh-ed25519') {
  const all = Buffer.concat([Buffer.from('SSH-2.0-guess\r\n'), kexInit(kex, hostKey), half()]);
  const { socket } = openTcp(rig, all);
  const parts: Buffer[] = [];
  socket.on('data', (bytes) => parts.push(Buffer.from(bytes)));
  return { socket, replied: () => types(Buffer.concat(parts)).includes(REPLY) };
}

test('a right guess is answered', async () => {
  const { socket, replied } = knock('curve25519-sha256,ecdh-sha2-nistp256');
  await until(replied);
  socket.destroy();
});

test.each([
  ['method', 'ecdh-sha2-nistp256,curve25519-sha256', 'ssh-ed25519'],
  ['host key', 'curve25519-sha256', 'rsa-sha2-256,ssh-ed25519'],
])('a wrong guess of the %s is dropped, and what follows is answered', async (_what, kex, hostKey) => {
  const { socket, replied } = knock(kex, hostKey);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(replied()).toBe(false);
  socket.write(half());
  await until(replied);
  socket.destroy();
});
