import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { randomEdit } from './edits.js';
import { type InSafe, proofRig } from './proof-rig.js';

/** Makes so many random edits, each to one of the recordings, and has verification name every one of them. */
export function everyEditIsFound(edits: number): void {
  test(`${edits} random edits in a recording safe are found, and named to the segment`, async () => {
    using rig = await proofRig();
    for (const one of rig.safe)
      expect(await rig.verdict(one, one.bytes)).toMatchObject({
        kind: one.name === 'cut' ? 'cut' : 'intact',
      });
    for (let count = 0; count < edits; count += 1) {
      const [one, other] = two(rig.safe);
      const edit = randomEdit(one, other);
      expect(await rig.verdict(one, edit.bytes), `${one.name}: ${edit.what}`).toMatchObject(
        edit.bytes === null ? { kind: 'missing' } : { kind: 'tampered', segment: edit.segment },
      );
    }
  });

  test(`${edits} random edits of bundles are found with the public key alone, and named to the segment`, async () => {
    using rig = await proofRig();
    const bundles = new Map<InSafe, Buffer>();
    for (const one of rig.safe) {
      const bundle = await rig.bundle(one);
      bundles.set(one, bundle);
      expect(await rig.offline(one, bundle)).toMatchObject({
        verdict: { kind: one.name === 'cut' ? 'cut' : 'intact' },
        header: { recordingId: one.tape.recordingId, user: 'alice' },
      });
    }
    for (let count = 0; count < edits; count += 1) {
      const [one, other] = two(rig.safe);
      const bundle = bundles.get(one) ?? Buffer.alloc(0);
      const before = bundle.subarray(0, bundle.length - one.bytes.length);
      const edit = randomEdit(one, other);
      const found = await rig.offline(one, Buffer.concat([before, edit.bytes ?? Buffer.alloc(0)]));
      expect(found, `${one.name}: ${edit.what}`).toMatchObject({
        verdict: { kind: 'tampered', segment: edit.segment },
        header: null,
      });
      // and what stands before the tape: nothing there is free to change
      const bent = Buffer.from(bundle);
      const byte = randomInt(before.length);
      bent.writeUInt8(bent.readUInt8(byte) ^ (1 << randomInt(8)), byte);
      expect(await rig.offline(one, bent), `${one.name}: byte ${byte} of the bundle`).toMatchObject({
        verdict: { kind: 'tampered' },
      });
    }
  });
}

function two(safe: readonly InSafe[]): [InSafe, InSafe] {
  const at = randomInt(safe.length);
  const [one, other] = [safe[at], safe[(at + 1 + randomInt(safe.length - 1)) % safe.length]];
  if (one === undefined || other === undefined) throw new Error('an empty safe');
  return [one, other];
}
