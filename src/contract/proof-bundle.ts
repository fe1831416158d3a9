import { z } from 'zod';
import type { SignedList } from './signed-list.js';
import { STORED_STATES } from './stored-proof.js';

/** The first bytes of every bundle; the version of the format follows: one byte. */
export const BUNDLE_MAGIC = Buffer.from('PSTNBDL', 'latin1');
/** 1: without a signature over the list of heads. It is read, and not written any more. */
export const BUNDLE_VERSIONS = [1, 2] as const;

const count = z.int().min(0);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const signature = z.base64().length(88);
const recordingId = z.string().max(64);

/** What the vault signed about the tape that follows. Nothing in it is secret, and nothing of it is free to change. */
const proven = {
  heads: z
    .array(
      z.strictObject({ recordingId, segments: count, head: hash, final: z.boolean(), at: count, signature }),
    )
    .max(1_000_000)
    .readonly(),
  proof: z.strictObject({
    recordingId,
    segments: count,
    head: hash,
    bytes: count,
    digest: hash,
    state: z.enum(STORED_STATES),
    at: count,
    signature,
  }),
};
const bundleStatement = z.discriminatedUnion('format', [
  z.strictObject({ format: z.literal(1), ...proven }),
  z.strictObject({
    format: z.literal(2),
    ...proven,
    list: z.strictObject({ heads: count, digest: hash, at: count, signature }),
  }),
]);
export type BundleStatement = z.infer<typeof bundleStatement>;

/** Only one text says the same thing: a bit that is changed anywhere is noticed. */
export function encodeStatement(statement: BundleStatement): string {
  const { format, heads, proof } = statement;
  return JSON.stringify({
    format,
    heads: heads.map(({ recordingId: id, segments, head, final, at, signature: signed }) => ({
      recordingId: id,
      segments,
      head,
      final,
      at,
      signature: signed,
    })),
    proof: {
      recordingId: proof.recordingId,
      segments: proof.segments,
      head: proof.head,
      bytes: proof.bytes,
      digest: proof.digest,
      state: proof.state,
      at: proof.at,
      signature: proof.signature,
    },
    ...(statement.format === 2 && { list: listOf(statement.list) }),
  });
}

function listOf({ heads, digest, at, signature: signed }: SignedList): SignedList {
  return { heads, digest, at, signature: signed };
}

/** Null: it is not what encodeStatement() writes. */
export function decodeStatement(text: string): BundleStatement | null {
  try {
    const found = bundleStatement.safeParse(JSON.parse(text));
    if (!found.success || encodeStatement(found.data) !== text) return null;
    const { heads, proof } = found.data;
    const listed = found.data.format === 2 ? [found.data.list] : [];
    const signatures = [...heads, proof, ...listed].map((one) => one.signature);
    // base64 has bits that mean nothing
    return signatures.every((one) => Buffer.from(one, 'base64').toString('base64') === one)
      ? found.data
      : null;
  } catch {
    return null;
  }
}
