import { z } from 'zod';

const text = z.string().max(1024);

/** Why a session ended, as a session host tells it: the same union as domain/session.ts's Ending, read strictly. */
export const ending = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('exited'), status: z.int(), signal: z.int().nullable() }),
  z.strictObject({ kind: z.literal('owner-ended') }),
  z.strictObject({ kind: z.literal('terminated'), by: text, reason: text }),
  z.strictObject({ kind: z.literal('idle'), minutes: z.number() }),
  z.strictObject({ kind: z.literal('time-limit'), minutes: z.number() }),
  z.strictObject({ kind: z.literal('owner-lost'), minutes: z.number() }),
  z.strictObject({ kind: z.literal('target-lost'), detail: text }),
  z.strictObject({ kind: z.literal('recorder-failed'), detail: text }),
  z.strictObject({ kind: z.literal('session-host-died') }),
  z.strictObject({ kind: z.literal('drained') }),
  z.strictObject({
    kind: z.literal('failed'),
    code: z.string().max(64),
    stage: z.literal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    message: text,
  }),
]);
