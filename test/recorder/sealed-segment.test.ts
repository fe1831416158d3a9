import { generateKeyPairSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openSegment, sealSegment } from '#/recorder/sealed-segment.js';
import { decodeSegmentHead, SEGMENT } from '#/recorder/tape-format.js';
import {
  contentKeyForReading,
  contentKeyForWriting,
  ephemeralKey,
  nextKey,
  rawPublicKey,
} from '#/recorder/tape-key.js';

const key = Buffer.alloc(32, 7);
const place = { recordingId: 'n0123456789abcdefghjk', previous: Buffer.alloc(32, 1) };
const head = { type: SEGMENT.events, number: 3, first: 10, last: 20 };

describe('a sealed segment', () => {
  test('opens to what was sealed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(0xffff_ffff), (payload, number) => {
        const sealed = sealSegment(key, { ...head, number }, place, Buffer.from(payload));
        expect(decodeSegmentHead(sealed)).toEqual({ head: { ...head, number }, bytes: sealed.length });
        expect(openSegment(key, number, place, sealed)).toEqual(Buffer.from(payload));
      }),
    );
  });

  test('does not open with any one bit flipped', () => {
    const sealed = sealSegment(key, head, place, Buffer.from('payload'));
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const bent = Buffer.from(sealed);
      bent.writeUInt8(bent.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(openSegment(key, head.number, place, bent), `bit ${bit}`).toBeNull();
    }
  });

  test.each([
    ['another recording', { ...place, recordingId: 'n1123456789abcdefghjk' }, key, 3],
    ['another history', { ...place, previous: Buffer.alloc(32, 2) }, key, 3],
    ['another key', place, nextKey(key), 3],
    ['another number', place, key, 4],
  ])('does not open in %s', (_, where, withKey, number) => {
    expect(
      openSegment(withKey, number, where, sealSegment(key, head, place, Buffer.from('payload'))),
    ).toBeNull();
  });
});

describe('keys of a tape', () => {
  test('both sides agree, and nobody else', () => {
    const safe = generateKeyPairSync('x25519');
    const ephemeral = ephemeralKey(randomBytes(32));
    const written = contentKeyForWriting(ephemeral, rawPublicKey(safe.publicKey));
    expect(contentKeyForReading(safe.privateKey, ephemeral.publicKey)).toEqual(written);
    expect(contentKeyForReading(generateKeyPairSync('x25519').privateKey, ephemeral.publicKey)).not.toEqual(
      written,
    );
  });

  test('a fixed example, so that a tape of today opens for ever', () => {
    const ephemeral = ephemeralKey(Buffer.alloc(32, 1));
    const other = ephemeralKey(Buffer.alloc(32, 2));
    const first = contentKeyForWriting(ephemeral, other.publicKey);
    expect(
      [ephemeral.publicKey, first, nextKey(first)].map((one) => one.toString('hex')),
    ).toMatchInlineSnapshot(`
      [
        "a4e09292b651c278b9772c569f5fa9bb13d906b46ab68c9df9dc2b4409f8a209",
        "0c9f2575e023f3a1556e0d5fbbcc1c44890776f98b821d53f179b8043eadc692",
        "9c8d2ab2957a7331eedd7ddcd2f44ec2c8db14810399ad6ff83f8d4803991a0a",
      ]
    `);
  });

  test('the seed is wiped', () => {
    const seed = randomBytes(32);
    ephemeralKey(seed);
    expect(seed).toEqual(Buffer.alloc(32));
  });

  test.each([
    ['a point of low order', Buffer.alloc(32)],
    ['too short', Buffer.alloc(31, 1)],
  ])('%s is no recipient, and no key of a tape', (_, publicKey) => {
    expect(() => contentKeyForWriting(ephemeralKey(Buffer.alloc(32, 1)), publicKey)).toThrow();
    expect(() => contentKeyForReading(generateKeyPairSync('x25519').privateKey, publicKey)).toThrow();
  });
});
