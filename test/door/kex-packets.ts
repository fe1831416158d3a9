/** Packets of a key exchange in clear, for clients that are no library. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';

export const u32 = (value: number): Buffer => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value]);
export const text = (value: Buffer | string): Buffer =>
  Buffer.concat([u32(value.length), Buffer.from(value)]);

export function packet(payload: Buffer): Buffer {
  const padding = 8 - ((payload.length + 5) % 8) + 8;
  return Buffer.concat([
    u32(payload.length + padding + 1),
    Buffer.from([padding]),
    payload,
    Buffer.alloc(padding),
  ]);
}

/** The payload of a KEXINIT that can agree with the door in everything but, perhaps, what is given. */
export function kexInit(kex: string, { hostKey = 'ssh-ed25519', guesses = false } = {}): Buffer {
  const [cipher, mac] = ['aes256-ctr', 'hmac-sha2-256-etm@openssh.com'];
  const lists = [kex, hostKey, cipher, cipher, mac, mac, 'none', 'none', '', ''];
  return Buffer.concat([
    Buffer.from([20]),
    randomBytes(16),
    ...lists.map((list) => text(list)),
    Buffer.from([guesses ? 1 : 0]),
    u32(0),
  ]);
}

export const x25519 = () => {
  const pair = generateKeyPairSync('x25519');
  return { ...pair, raw: pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32) };
};

/** The payload with which a client gives its half. */
export const ecdhInit = (half: Buffer): Buffer => Buffer.concat([Buffer.from([30]), text(half)]);

/** Payloads of the packets that the door sent in clear. */
export function payloads(heard: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  for (let at = heard.indexOf('\n') + 1; at + 6 <= heard.length; at += 4 + heard.readUInt32BE(at)) {
    const end = at + 4 + heard.readUInt32BE(at);
    if (end <= heard.length) found.push(heard.subarray(at + 5, end - (heard[at + 4] ?? 0)));
  }
  return found;
}
