import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TapeVerdict } from '#/contract/replay-link.js';
import type { StoredProof } from '#/contract/stored-proof.js';
import { exportBundle } from '#/monitor/export-bundle.js';
import { type FoundTape, findTape, type OpeningParts } from '#/monitor/open-recording.js';
import { type BundleVerdict, verifyBundle } from '#/monitor/verify-bundle.js';
import { lostVerdict, verifyTape } from '#/monitor/verify-tape.js';
import { storedPath } from '#/recorder/tape-path.js';
import type { Kept } from './edits.js';
import { output, type Recorded, recorded, segmentsOf } from './recorded.js';

/** A recording safe with recordings of all kinds, and a vault that knows their heads and statements. */
export async function proofRig() {
  const recordings = mkdtempSync(join(tmpdir(), 'proof-'));
  const lines = Array.from({ length: 12 }, (_, at) => [
    output(at * 100, `line ${at} ${'.'.repeat(at * 20)}\r\n`),
    'written' as const,
    ...(at % 3 === 0 ? ['keyframe' as const] : []),
  ]).flat();
  const [one, two, three] = [await recorded(lines), await recorded(lines), await recorded(lines)];
  const safe: InSafe[] = [
    await kept('complete', one, one.bytes, 'complete'),
    await kept('another', two, two.bytes, 'complete'),
    // its writer died within a segment, some time after the last head that was anchored
    await kept('cut', three, cutWithin(three), 'cut'),
  ];
  const parts = (of: InSafe): OpeningParts => ({
    recordings,
    vault: {
      redeem: () => Promise.resolve({ ok: true, value: redeemedOf(of) }),
      key: () => Promise.resolve({ ok: true, value: of.tape.contentKey() }),
      goesOn: () => Promise.reject(new Error('nobody watches here')),
      over: () => undefined,
    },
  });
  return {
    safe,
    /** What the monitor says of the recording when its file has these bytes; null: it is gone. */
    async verdict(of: InSafe, bytes: Buffer | null): Promise<TapeVerdict> {
      const place = storedPath(recordings, 'PSMRecordings', of.tape.recordingId);
      if (place === null) throw new Error('no place');
      rmSync(place.path, { force: true });
      if (bytes !== null) {
        mkdirSync(place.directory, { recursive: true });
        writeFileSync(place.path, bytes);
      }
      const found = await findTape(parts(of), 'permit');
      if (!found.ok) {
        const lost = lostVerdict(found.failure);
        if (lost === null) throw new Error(found.failure.message);
        return lost;
      }
      const verdict = await verifyTape(parts(of), found.value);
      if (!verdict.ok) throw new Error(verdict.failure.message);
      return verdict.value;
    },
    /** The recording as it is given to others. */
    async bundle(of: InSafe): Promise<Buffer> {
      const path = join(recordings, 'tape');
      writeFileSync(path, of.bytes);
      const handle = await open(path);
      const chunks: Buffer[] = [];
      const found = { permit: 'p', handle, redeemed: redeemedOf(of), growing: false };
      for await (const part of exportBundle(found)) chunks.push(part);
      await handle.close();
      return Buffer.concat(chunks);
    },
    async offline(of: InSafe, bundle: Buffer): Promise<BundleVerdict> {
      return await verifyBundle(
        {
          read: (buffer, offset, length, position) =>
            Promise.resolve({ bytesRead: bundle.copy(buffer, offset, position, position + length) }),
        },
        of.tape.verifyKey,
      );
    },
    [Symbol.dispose]() {
      rmSync(recordings, { recursive: true, force: true });
      for (const tape of [one, two, three]) tape[Symbol.dispose]();
    },
  };
}

export interface InSafe extends Kept {
  readonly tape: Recorded;
  readonly proof: StoredProof;
}

async function kept(name: string, tape: Recorded, bytes: Buffer, state: 'complete' | 'cut'): Promise<InSafe> {
  const proof = await tape.proof(state, bytes);
  return { name, tape, bytes, headerBytes: tape.headerBytes, segments: proof.segments, proof };
}

function cutWithin(tape: Recorded): Buffer {
  const segments = segmentsOf(tape);
  const last = segments.at(-2) ?? Buffer.alloc(0);
  const whole = segments.slice(0, -2);
  return Buffer.concat([tape.bytes.subarray(0, tape.headerBytes), ...whole, last.subarray(0, 20)]);
}

function redeemedOf({ tape, proof }: InSafe): FoundTape['redeemed'] {
  const early = tape.heads.filter(({ segments, final }) => !final && segments <= proof.segments);
  const heads = proof.state === 'cut' ? early.slice(0, -3) : tape.heads;
  return {
    recordingId: tape.recordingId,
    recordingSafe: 'PSMRecordings',
    heads,
    list: tape.list(heads),
    verifyKey: tape.verifyKey,
    stored: 'safe',
    proof,
    viewer: null,
  } as unknown as FoundTape['redeemed'];
}
