import {
  BUNDLE_MAGIC,
  BUNDLE_VERSIONS,
  type BundleStatement,
  decodeStatement,
} from '#/contract/proof-bundle.js';
import type { TapeVerdict } from '#/contract/replay-link.js';
import type { TapeHeader } from '#/domain/tape.js';
import { digestOf } from '#/recorder/file-digest.js';
import type { Readable } from '#/recorder/tape-scan.js';
import { judgeTape, tampered } from './judge-tape.js';
import { listFault } from './signed-heads.js';
import { indexTape, type TapeIndex } from './tape-index.js';

/** Bytes; a statement of a month has less, and so has the list of a tape with the most segments. */
const MOST_STATEMENT = 256 * 1024 * 1024;
const MOST_HEADS = 128 * 1024 * 1024;
const HASH = 32;

export interface BundleVerdict {
  readonly verdict: TapeVerdict;
  /** As the tape itself says; null: it cannot be read, or it is not proven. */
  readonly header: TapeHeader | null;
}

/** Verifies a bundle with nothing but the vault's public key (base64 SPKI): no daemon, and no key of the tape. */
export async function verifyBundle(file: Readable, verifyKey: string): Promise<BundleVerdict> {
  const parts = await partsOf(file);
  if (typeof parts === 'string') return { verdict: tampered({ segment: null, detail: parts }), header: null };
  const { statement, listed, tape } = parts;
  const index = await indexTape(tape);
  if (!index.ok) return { verdict: tampered({ segment: null, detail: index.failure.message }), header: null };
  const { header } = index.value.scan;
  const proven = { ...statement, recordingId: statement.proof.recordingId, verifyKey };
  const verdict =
    header.recordingId === statement.proof.recordingId
      ? judgeTape(index.value, await digestOf(tape), proven)
      : tampered({ segment: null, detail: 'its header names another recording' });
  const whole = allHeads(exactly(verdict, index.value, listed, statement), statement, verifyKey);
  return { verdict: whole, header: verdict.kind === 'tampered' ? null : header };
}

/** A tape is cut, and not whole, when its last heads are not shown: that these are all of them is signed as well. */
function allHeads(verdict: TapeVerdict, statement: BundleStatement, verifyKey: string): TapeVerdict {
  if (verdict.kind === 'tampered') return verdict;
  if (statement.format === 1)
    return verdict.kind === 'cut' ? { ...verdict, detail: `${verdict.detail}; ${OLDER}` } : verdict;
  const fault = listFault(statement.proof.recordingId, statement.heads, statement.list, verifyKey);
  return fault === null ? verdict : tampered({ segment: null, detail: fault });
}

const OLDER =
  'the bundle was made by an older version: that none of its last heads was left out is not proven';

/** A signed head covers many segments; the list of all heads, when it ends with what was signed, tells which it is. */
function exactly(
  verdict: TapeVerdict,
  index: TapeIndex,
  listed: Buffer,
  { proof }: BundleStatement,
): TapeVerdict {
  const segments = listed.length / HASH;
  const at = (segment: number): Buffer => listed.subarray(segment * HASH, (segment + 1) * HASH);
  const signed =
    segments === proof.segments && (segments === 0 || at(segments - 1).toString('hex') === proof.head);
  const first = index.segments.findIndex((_, segment) => !index.headAfter(segment + 1).equals(at(segment)));
  if (verdict.kind !== 'tampered')
    return signed && first === -1
      ? verdict
      : tampered({ segment: null, detail: 'its list of heads was changed; the tape itself is whole' });
  // a header that was changed changes every head
  if (!signed || first === -1 || verdict.segment === null || first >= verdict.segment) return verdict;
  return { ...verdict, segment: first };
}

interface Parts {
  readonly statement: BundleStatement;
  /** The chain's head after each segment, one after another. */
  readonly listed: Buffer;
  readonly tape: Readable;
}

async function partsOf(file: Readable): Promise<Parts | string> {
  const magic = await part(file, 0, BUNDLE_MAGIC.length + 1);
  const version = BUNDLE_VERSIONS.find((one) => one === magic?.at(-1));
  if (magic?.subarray(0, -1).equals(BUNDLE_MAGIC) !== true || version === undefined)
    return 'it does not begin like a bundle of this version';
  const text = await counted(file, magic.length, MOST_STATEMENT);
  if (text === null) return 'its statement is not whole';
  const statement = decodeStatement(text.bytes.toString('utf8'));
  if (statement?.format !== version) return 'its statement is not as it was written';
  const listed = await counted(file, text.end, MOST_HEADS);
  if (listed === null || listed.bytes.length % HASH !== 0) return 'its list of heads is not whole';
  const tape: Readable = {
    read: (buffer, offset, length, position) => file.read(buffer, offset, length, position + listed.end),
  };
  return { statement, listed: listed.bytes, tape };
}

async function counted(file: Readable, at: number, most: number) {
  const length = (await part(file, at, 4))?.readUInt32BE(0) ?? Infinity;
  const bytes = length > most ? null : await part(file, at + 4, length);
  return bytes === null ? null : { bytes, end: at + 4 + bytes.length };
}

/** Null: there are not so many bytes. What a length says is not believed before they came. */
async function part(file: Readable, at: number, length: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  for (let have = 0; have < length; ) {
    const chunk = Buffer.allocUnsafe(Math.min(1024 * 1024, length - have));
    const { bytesRead } = await file.read(chunk, 0, chunk.length, at + have);
    if (bytesRead === 0) return null;
    chunks.push(chunk.subarray(0, bytesRead));
    have += bytesRead;
  }
  return Buffer.concat(chunks);
}
