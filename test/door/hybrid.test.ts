/** mlkem768x25519-sha256 by hand: what OpenSSH of Debian 12 does not know yet. The real client of Debian 13 is in test/clients. */
import {
  createHash,
  createPublicKey,
  decapsulate,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  verify,
} from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answerHybrid, HYBRID } from '#/door/hybrid-exchange.js';
import { kexinitCiphers, kexinitNames, withKex } from '#/door/kexinit.js';
import { ecdhInit, kexInit, packet, payloads, text, x25519 } from './kex-packets.js';
import { openTcp } from './raw-client.js';
import { openRig, type Rig, until } from './rig.js';

const SPKI = { x25519: '302a300506032b656e032100', ed25519: '302a300506032b6570032100' } as const;
const publicKey = (kind: keyof typeof SPKI, raw: Buffer): KeyObject =>
  createPublicKey({
    key: Buffer.concat([Buffer.from(SPKI[kind], 'hex'), raw]),
    format: 'der',
    type: 'spki',
  });

function client() {
  const kem = generateKeyPairSync('ml-kem-768');
  const curve = x25519();
  return {
    init: Buffer.concat([kem.publicKey.export({ format: 'raw-public' }), curve.raw]),
    secretOf: (reply: Buffer): Buffer => {
      const shared = decapsulate(kem.privateKey, reply.subarray(0, 1088));
      const theirs = publicKey('x25519', reply.subarray(1088));
      const classical = diffieHellman({ privateKey: curve.privateKey, publicKey: theirs });
      return createHash('sha256').update(shared).update(classical).digest();
    },
  };
}

describe('the exchange', () => {
  test('both sides have the same secret, another one each time', () => {
    const { init, secretOf } = client();
    const [one, other] = [answerHybrid(init), answerHybrid(init)];
    if (one === null || other === null) throw new Error('refused');
    expect(one.reply).toHaveLength(1088 + 32);
    expect(secretOf(one.reply)).toEqual(one.secret);
    expect(other.secret).not.toEqual(one.secret);
  });

  const good = client().init;
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a byte too few', good.subarray(1)],
    ['a byte too many', Buffer.concat([good, Buffer.of(0)])],
    ['only X25519', x25519().raw],
    ['coefficients out of range', Buffer.concat([Buffer.alloc(1184, 255), x25519().raw])],
    ['a point of small order', Buffer.concat([good.subarray(0, 1184), Buffer.alloc(32)])],
  ])('%s is refused', (_what, init) => {
    expect(answerHybrid(init)).toBeNull();
  });
});

describe('names of a KEXINIT', () => {
  test('are read and replaced, and nothing else changes', () => {
    const before = kexInit('a,b', { hostKey: 'c' });
    expect(kexinitNames(before)).toEqual({ kex: ['a', 'b'], hostKey: ['c'] });
    const after = withKex(before, ['longer', 'b']);
    expect(kexinitNames(after)).toEqual({ kex: ['longer', 'b'], hostKey: ['c'] });
    expect(withKex(after, ['a', 'b'])).toEqual(before);
    expect(kexinitCiphers(after)).toEqual([['aes256-ctr'], ['aes256-ctr']]);
  });

  test('a packet that ends too early has none', () => {
    const whole = kexInit('a,b', { hostKey: 'c' });
    for (let length = 0; length < 1 + 16 + 4 + 3 + 4 + 1; length++)
      expect(kexinitNames(whole.subarray(0, length))).toBeNull();
    for (let length = 0; length < 1 + 16 + 4 + 3 + 4 + 1 + 2 * (4 + 'aes256-ctr'.length); length++)
      expect(kexinitCiphers(whole.subarray(0, length))).toBeNull();
  });
});

describe('at the door', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await openRig();
  });
  afterEach(() => rig.close());

  function knock(kex: string, half: Buffer) {
    const begin = kexInit(kex);
    const { socket } = openTcp(rig, Buffer.from('SSH-2.0-hand\r\n'));
    const parts: Buffer[] = [];
    let closed = false;
    socket
      .on('data', (bytes) => parts.push(Buffer.from(bytes)))
      .on('close', () => {
        closed = true;
      });
    socket.write(Buffer.concat([packet(begin), packet(ecdhInit(half))]));
    const heard = () => Buffer.concat(parts);
    const reply = () => payloads(heard()).find(([type]) => type === 31);
    return { socket, begin, heard, reply, closed: () => closed };
  }

  test('the host key signs what both said and the secret', async () => {
    const { init, secretOf } = client();
    const { socket, begin, heard, reply } = knock(`${HYBRID},curve25519-sha256`, init);
    await until(() => reply() !== undefined);
    socket.destroy();
    const [hostKey, answer, signature] = stringsOf(reply() ?? Buffer.alloc(0));
    const ident = heard().toString('latin1').split('\r\n', 1)[0] ?? '';
    const theirs = payloads(heard()).find(([type]) => type === 20) ?? Buffer.alloc(0);
    expect(kexinitNames(theirs)?.kex[0]).toBe(HYBRID);
    if (hostKey === undefined || answer === undefined || signature === undefined)
      throw new Error('malformed');
    const said = ['SSH-2.0-hand', ident, begin, theirs, hostKey, init, answer, secretOf(answer)];
    const hash = createHash('sha256')
      .update(Buffer.concat(said.map((part) => text(part))))
      .digest();
    expect(verify(null, hash, publicKey('ed25519', hostKey.subarray(-32)), signature.subarray(-64))).toBe(
      true,
    );
  });

  test('who asks for it and sends something else is sent away, and nobody else', async () => {
    const bad = knock(HYBRID, x25519().raw);
    await until(bad.closed);
    expect(bad.reply()).toBeUndefined();
    const good = knock(HYBRID, client().init);
    await until(() => good.reply() !== undefined);
    good.socket.destroy();
  });
});

function stringsOf(reply: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 1; at + 4 <= reply.length; ) {
    const end = at + 4 + reply.readUInt32BE(at);
    found.push(reply.subarray(at + 4, end));
    at = end;
  }
  return found;
}
