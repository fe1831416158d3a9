import { z } from 'zod';
import { STORED_STATES } from './stored-proof.js';

/** The first bytes of every bundle; the last of them is the version of the format. */
export const BUNDLE_MAGIC = Buffer.from('PSTNBDL\x01', 'latin1');

const count = z.int().min(0);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const signature = z.base64().length(88);
const recordingId = z.string().max(64);

/** What the vault signed about the tape that follows. Nothing in it is secret, and nothing of it is free to change. */
export const bundleStatement = z.strictObject({
  format: z.literal(1),
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
});
export type BundleStatement = z.infer<typeof bundleStatement>;

/** Only one text says the same thing: a bit that is changed anywhere is noticed. */
export function encodeStatement({ heads, proof }: Omit<BundleStatement, 'format'>): string {
  return JSON.stringify({
    format: 1,
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
  } satisfies BundleStatement);
}

/** Null: it is not what encodeStatement() writes. */
export function decodeStatement(text: string): BundleStatement | null {
  try {
    const found = bundleStatement.safeParse(JSON.parse(text));
    if (!found.success || encodeStatement(found.data) !== text) return null;
    const signatures = [...found.data.heads, found.data.proof].map((one) => one.signature);
    // base64 has bits that mean nothing
    return signatures.every((one) => Buffer.from(one, 'base64').toString('base64') === one)
      ? found.data
      : null;
  } catch {
    return null;
  }
}
