import { z } from 'zod';
import type { Order } from '#/contract/orders.js';
import { isBoxId } from '#/domain/ids.js';
import { COMPONENTS } from '#/domain/people.js';
import type { UidRange } from './uid-range.js';

/** The vault may be taken over one day; root obeys nothing that is not exactly of this shape and inside the range of shadow uids. */
export function checkOrder(raw: unknown, range: UidRange): Order | null {
  const sessionId = z.string().refine(isBoxId);
  const uid = z
    .int()
    .min(range.first)
    .max(range.first + range.count - 1);
  const name = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,31}$/);
  const profileVersion = z.int().min(1).max(1_000_000_000);
  const order = z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('prepare-box'),
      sessionId,
      uid,
      name,
      profileVersion,
      program: z.enum(['ssh', 'command', 'share', 'probe']),
      term: z.string().max(1024),
      lang: z.string().max(1024),
    }),
    z.strictObject({ kind: z.literal('forget-box'), sessionId }),
    z.strictObject({ kind: z.literal('forget-first-password') }),
    z.strictObject({
      kind: z.literal('credential'),
      component: z.enum(COMPONENTS),
      step: z.enum(['look', 'stage', 'promote']),
      hash: z.base64().length(44).nullable(),
    }),
    z.strictObject({ kind: z.literal('reset-profile'), uid, name, profileVersion, keep: z.boolean() }),
  ]);
  const parsed = order.safeParse(raw);
  return parsed.success ? parsed.data : null;
}
