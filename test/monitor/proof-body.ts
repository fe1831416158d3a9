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
      // of the heads none can be left out, shown twice or moved
      const bundled = withHeads(bundle, otherHeads(headsOf(bundle)));
      expect(await rig.offline(one, bundled.bytes), `${one.name}: ${bundled.what}`).toMatchObject({
        verdict: { kind: 'tampered' },
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

test('a final head that is left out is tampering; a bundle of an older version says that it could have been', async () => {
  using rig = await proofRig();
  const [one] = rig.safe;
  if (one === undefined) throw new Error('an empty safe');
  const bundle = await rig.bundle(one);
  const short = headsOf(bundle).slice(0, -1);
  const found = await rig.offline(one, withHeads(bundle, { heads: short, what: '' }).bytes);
  expect(found.verdict).toMatchObject({
    kind: 'tampered',
    detail: expect.stringContaining('left out') as string,
  });
  const older = await rig.offline(one, asOlder(bundle, headsOf(bundle)));
  expect(older.verdict).toMatchObject({ kind: 'intact' });
  const cut = await rig.offline(one, asOlder(bundle, short));
  expect(cut.verdict).toMatchObject({
    kind: 'cut',
    detail: expect.stringContaining('older version') as string,
  });
});

type Heads = readonly unknown[];
interface Statement {
  readonly format: number;
  readonly heads: Heads;
  readonly list?: unknown;
}

/** After the magic and its version. */
const STATEMENT = 8;

function statementOf(bundle: Buffer): { readonly statement: Statement; readonly end: number } {
  const end = STATEMENT + 4 + bundle.readUInt32BE(STATEMENT);
  return { statement: JSON.parse(bundle.toString('utf8', STATEMENT + 4, end)) as Statement, end };
}

function headsOf(bundle: Buffer): Heads {
  return statementOf(bundle).statement.heads;
}

function withStatement(bundle: Buffer, statement: Statement, version: number): Buffer {
  const text = Buffer.from(JSON.stringify(statement));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  const magic = Buffer.concat([bundle.subarray(0, STATEMENT - 1), Buffer.of(version)]);
  return Buffer.concat([magic, length, text, bundle.subarray(statementOf(bundle).end)]);
}

function withHeads(bundle: Buffer, { heads, what }: { readonly heads: Heads; readonly what: string }) {
  return { bytes: withStatement(bundle, { ...statementOf(bundle).statement, heads }, 2), what };
}

function asOlder(bundle: Buffer, heads: Heads): Buffer {
  const { list: _list, ...rest } = statementOf(bundle).statement;
  return withStatement(bundle, { ...rest, format: 1, heads }, 1);
}

function otherHeads(heads: Heads): { readonly heads: Heads; readonly what: string } {
  const at = randomInt(heads.length);
  const other = (at + 1 + randomInt(heads.length - 1)) % heads.length;
  const how = randomInt(4);
  if (how === 0) return { heads: heads.toSpliced(at, 1), what: `head ${at} left out` };
  if (how === 1) return { heads: heads.toSpliced(other, 0, heads[at]), what: `head ${at} twice` };
  if (how === 2)
    return {
      heads: heads.with(at, heads[other]).with(other, heads[at]),
      what: `heads ${at} and ${other} swapped`,
    };
  return { heads: heads.slice(0, at), what: `only ${at} heads` };
}

function two(safe: readonly InSafe[]): [InSafe, InSafe] {
  const at = randomInt(safe.length);
  const [one, other] = [safe[at], safe[(at + 1 + randomInt(safe.length - 1)) % safe.length]];
  if (one === undefined || other === undefined) throw new Error('an empty safe');
  return [one, other];
}
