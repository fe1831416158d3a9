import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeFrame, FRAME, FrameDecoder, FrameError, MAXIMUM_FRAME } from '#/contract/frame.js';
import { decodeSecretPayload, encodeSecretPayload } from '#/contract/secret-payload.js';

const kinds = fc.constantFrom(FRAME.json, FRAME.data, FRAME.blob);

test('any frames in any split of their bytes come out as they went in', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(kinds, fc.uint8Array({ maxLength: 300 })), { maxLength: 8 }),
      fc.array(fc.nat(64), { maxLength: 40 }),
      (frames, cuts) => {
        let bytes = Buffer.concat(frames.map(([kind, payload]) => encodeFrame(kind, payload)));
        const decoder = new FrameDecoder();
        const out: [number, string][] = [];
        const take = (part: Buffer) =>
          out.push(
            ...decoder
              .push(Buffer.from(part))
              .map(({ kind, payload }): [number, string] => [kind, payload.toString('hex')]),
          );
        for (const cut of cuts) {
          take(bytes.subarray(0, cut));
          bytes = bytes.subarray(cut);
        }
        take(bytes);
        expect(out).toEqual(frames.map(([kind, payload]) => [kind, Buffer.from(payload).toString('hex')]));
        expect(decoder.midFrame).toBe(false);
      },
    ),
  );
});

test('where data are a stream, they come at once, and messages between them whole and in their place', () => {
  const all = fc.constantFrom(FRAME.json, FRAME.data, FRAME.blob, FRAME.errors);
  const join = (frames: readonly (readonly [number, Uint8Array])[]): [number, string][] => {
    const joined: [number, string][] = [];
    for (const [kind, payload] of frames) {
      const hex = Buffer.from(payload).toString('hex');
      const last = joined.at(-1);
      const flows = kind === FRAME.data || kind === FRAME.errors;
      if (flows && last?.[0] === kind) last[1] += hex;
      else if (!flows || hex !== '') joined.push([kind, hex]);
    }
    return joined;
  };
  fc.assert(
    fc.property(
      fc.array(fc.tuple(all, fc.uint8Array({ maxLength: 300 })), { maxLength: 8 }),
      fc.array(fc.nat(64), { maxLength: 40 }),
      (frames, cuts) => {
        let bytes = Buffer.concat(frames.map(([kind, payload]) => encodeFrame(kind, payload)));
        const sent = bytes.length;
        const decoder = new FrameDecoder({ streams: true });
        const out: [number, Buffer][] = [];
        const take = (part: Buffer) =>
          out.push(
            ...decoder
              .push(Buffer.from(part))
              .map(({ kind, payload }) => [kind, payload] as [number, Buffer]),
          );
        for (const cut of [...cuts, sent]) {
          take(bytes.subarray(0, cut));
          bytes = bytes.subarray(cut);
        }
        expect(join(out)).toEqual(join(frames));
        expect(decoder.midFrame).toBe(false);
      },
    ),
  );
  const decoder = new FrameDecoder({ streams: true });
  const half = encodeFrame(FRAME.data, Buffer.from('begun and not ended')).subarray(0, 10);
  expect(decoder.push(half).map(({ payload }) => payload.toString())).toEqual(['begun']);
  expect(decoder.midFrame).toBe(true);
});

test.each([
  ['no length', Buffer.from([0, 0, 0, 0, 1])],
  ['a length over the limit', Buffer.from([0xff, 0xff, 0xff, 0xff, 1])],
  ['an unknown kind', Buffer.from([0, 0, 0, 1, 9])],
])('%s is refused', (_what, bytes) => {
  expect(() => new FrameDecoder().push(bytes)).toThrow(FrameError);
});

test('a frame over the limit is not made', () => {
  expect(() => encodeFrame(FRAME.data, Buffer.alloc(MAXIMUM_FRAME))).toThrow(FrameError);
});

test('secret payloads round-trip, and no shortened or lengthened one is read', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 100 }),
      fc.uint8Array({ maxLength: 100 }),
      (secret, passphrase) => {
        const payload = encodeSecretPayload(secret, passphrase);
        const read = decodeSecretPayload(payload);
        expect(read?.secret.equals(Buffer.from(secret))).toBe(true);
        expect(read?.passphrase.equals(Buffer.from(passphrase))).toBe(true);
        expect(decodeSecretPayload(payload.subarray(0, -1))).toBeNull();
        expect(decodeSecretPayload(Buffer.concat([payload, Buffer.from([0])]))).toBeNull();
      },
    ),
  );
});
