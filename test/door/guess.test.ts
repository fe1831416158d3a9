/** Clients that send their half of the key exchange along with its beginning (RFC 4253 §7), as Dropbear does. */
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HYBRID } from '#/door/hybrid-exchange.js';
import { ecdhInit, kexInit, packet, payloads, x25519 } from './kex-packets.js';
import { openTcp } from './raw-client.js';
import { openRig, type Rig, until } from './rig.js';

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
});
afterEach(() => rig.close());

const REPLY = 31;
const mlkemKey = () => generateKeyPairSync('ml-kem-768').publicKey.export({ format: 'raw-public' });
const half = () => packet(ecdhInit(x25519().raw));

function knock(kex: string, hostKey = 'ssh-ed25519', guess = half()) {
  const begin = packet(kexInit(kex, { hostKey, guesses: true }));
  const all = Buffer.concat([Buffer.from('SSH-2.0-guess\r\n'), begin, guess]);
  const { socket } = openTcp(rig, all);
  const parts: Buffer[] = [];
  socket.on('data', (bytes) => parts.push(Buffer.from(bytes)));
  return { socket, replied: () => payloads(Buffer.concat(parts)).some(([type]) => type === REPLY) };
}

test('a right guess is answered', async () => {
  const pair = Buffer.concat([mlkemKey(), x25519().raw]);
  const { socket, replied } = knock(`${HYBRID},curve25519-sha256`, 'ssh-ed25519', packet(ecdhInit(pair)));
  await until(replied);
  socket.destroy();
});

test.each([
  ['method', 'ecdh-sha2-nistp256,curve25519-sha256', 'ssh-ed25519'],
  ['method, as the door would like another better,', 'curve25519-sha256', 'ssh-ed25519'],
  ['host key', 'curve25519-sha256', 'rsa-sha2-256,ssh-ed25519'],
])('a wrong guess of the %s is dropped, and what follows is answered', async (_what, kex, hostKey) => {
  const { socket, replied } = knock(kex, hostKey);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(replied()).toBe(false);
  socket.write(half());
  await until(replied);
  socket.destroy();
});
