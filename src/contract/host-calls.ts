import { z } from 'zod';
import { OVERSIGHT_ORDERS } from './oversight-calls.js';

const id = z.string().max(64);
const text = z.string().max(1024);

/** What the vault asks of a session host, over the connection that the host opened. */
export const HOST_CALLS = {
  'host.terminate': z.strictObject({
    sessionId: id,
    by: text,
    reason: text,
    kind: z.enum(['terminated', 'owner-ended']),
  }),
  ...OVERSIGHT_ORDERS,
} as const;
