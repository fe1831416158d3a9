import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TapeVerdict } from '#/contract/replay-link.js';
import type { SignedHead } from '#/contract/rows.js';
import type { FoundTape } from '#/monitor/open-recording.js';
import { verifyTape } from '#/monitor/verify-tape.js';
import { handleOf, output, type Recorded, recorded, segmentsOf } from './recorded.js';

let tape: Recorded;
let other: Recorded;

beforeAll(async () => {
  const lines = Array.from({ length: 6 }, (_, at) => [
    output(at * 100, `line ${at}\r\n`),
    'written' as const,
    'keyframe' as const,
    'written' as const,
  ]).flat();
  tape = await recorded(lines);
  other = await recorded(lines);
});
afterAll(() => {
  for (const one of [tape, other]) one[Symbol.dispose]();
});

/** What verification says of these bytes, when the vault knows those heads. */
async function verdictOn(bytes: Buffer, heads: readonly SignedHead[] = tape.heads): Promise<TapeVerdict> {
  const path = `${tape.directory}/tried`;
  writeFileSync(path, bytes, { mode: 0o600 });
  const found = {
    permit: 'p',
    handle: await handleOf(path),
    growing: false,
    redeemed: { recordingId: tape.recordingId, heads, verifyKey: tape.verifyKey, proof: null },
  } as unknown as FoundTape;
  const vault = {
    redeem: () => Promise.reject(new Error('not here')),
    key: () => Promise.resolve({ ok: true as const, value: tape.contentKey() }),
    goesOn: () => Promise.reject(new Error('nobody watches here')),
    over: () => undefined,
  };
  const outcome = await verifyTape({ vault, recordings: tape.directory }, found);
  if (!outcome.ok) throw new Error(outcome.failure.message);
  return outcome.value;
}

const whole = (segments: readonly Buffer[]) =>
  Buffer.concat([tape.bytes.subarray(0, tape.headerBytes), ...segments]);
const liveHeads = () => tape.heads.filter(({ final }) => !final);

describe('verification', () => {
  test('of an untouched tape says that it is intact', async () => {
    expect(await verdictOn(tape.bytes)).toEqual({
      kind: 'intact',
      segments: segmentsOf(tape).length,
      signedHeads: tape.heads.length,
    });
  });

  test('notices every flipped bit of a segment, and names the segment', async () => {
    const segments = segmentsOf(tape);
    const target = segments[2] ?? Buffer.alloc(0);
    for (let bit = 0; bit < target.length * 8; bit += 7) {
      const bent = Buffer.from(target);
      bent.writeUInt8(bent.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(await verdictOn(whole(segments.with(2, bent))), `bit ${bit}`).toMatchObject({
        kind: 'tampered',
        segment: 2,
      });
    }
  });

  test('notices every flipped bit of the header', async () => {
    for (let bit = 0; bit < tape.headerBytes * 8; bit += 13) {
      const bent = Buffer.from(tape.bytes);
      bent.writeUInt8(bent.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(await verdictOn(bent), `bit ${bit}`).toMatchObject({ kind: 'tampered', segment: null });
    }
  });

  test('notices a segment that is missing, twice there, in another place, or of another tape', async () => {
    const segments = segmentsOf(tape);
    const foreign = segmentsOf(other)[3] ?? Buffer.alloc(0);
    const [a, b] = [segments[3] ?? foreign, segments[4] ?? foreign];
    expect(await verdictOn(whole(segments.toSpliced(3, 1)))).toMatchObject({ kind: 'tampered', segment: 3 });
    expect(await verdictOn(whole(segments.toSpliced(3, 0, a)))).toMatchObject({
      kind: 'tampered',
      segment: 4,
    });
    expect(await verdictOn(whole(segments.toSpliced(3, 2, b, a)))).toMatchObject({
      kind: 'tampered',
      segment: 3,
    });
    expect(await verdictOn(whole(segments.with(3, foreign)))).toMatchObject({ kind: 'tampered', segment: 3 });
  });

  test('notices that anything anchored was cut off, at every byte', async () => {
    for (let cut = tape.headerBytes; cut < tape.bytes.length; cut += 11) {
      expect(await verdictOn(tape.bytes.subarray(0, cut)), `cut at ${cut}`).toMatchObject({
        kind: 'tampered',
      });
    }
  });

  test('notices what was added to a finished tape', async () => {
    expect(await verdictOn(Buffer.concat([tape.bytes, Buffer.from('more')]))).toMatchObject({
      kind: 'tampered',
      segment: segmentsOf(tape).length,
    });
  });

  test('a whole other tape, rightly made, is not this one', async () => {
    expect(await verdictOn(other.bytes)).toMatchObject({ kind: 'tampered', segment: null });
    const renamed = Buffer.from(
      other.bytes.toString('latin1').replace(other.recordingId, tape.recordingId),
      'latin1',
    );
    expect(await verdictOn(renamed)).toMatchObject({ kind: 'tampered', segment: null });
  });

  test('a tape whose writer was killed is cut, not tampered with', async () => {
    const anchored = Math.max(...liveHeads().map(({ segments }) => segments));
    const segments = segmentsOf(tape).slice(0, anchored);
    expect(await verdictOn(whole(segments), liveHeads())).toMatchObject({ kind: 'cut', segments: anchored });
    expect(
      await verdictOn(Buffer.concat([whole(segments), Buffer.from([0, 0, 0])]), liveHeads()),
    ).toMatchObject({ kind: 'cut', segments: anchored });
    expect(await verdictOn(tape.bytes, liveHeads()), 'its end was never anchored').toMatchObject({
      kind: 'cut',
    });
  });

  test('heads that the vault did not sign count for nothing', async () => {
    const [first, ...rest] = tape.heads;
    if (first === undefined) throw new Error('no heads');
    expect(await verdictOn(tape.bytes, [])).toMatchObject({ kind: 'tampered', segment: null });
    expect(await verdictOn(tape.bytes, rest)).toMatchObject({ kind: 'tampered' });
    expect(await verdictOn(tape.bytes, [{ ...first, at: first.at + 1 }, ...rest])).toMatchObject({
      kind: 'tampered',
    });
    expect(
      await verdictOn(tape.bytes, [first, ...rest.map((head) => ({ ...head, segments: head.segments + 1 }))]),
    ).toMatchObject({ kind: 'tampered' });
  });

  test('notices any edit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.nat(40),
        fc.uint8Array({ maxLength: 40 }),
        async (where, removed, added) => {
          const from = where % tape.bytes.length;
          const edited = Buffer.concat([
            tape.bytes.subarray(0, from),
            added,
            tape.bytes.subarray(from + removed),
          ]);
          fc.pre(!edited.equals(tape.bytes));
          expect(await verdictOn(edited)).toMatchObject({ kind: 'tampered' });
        },
      ),
      { numRuns: 150 },
    );
  });
});
