import { z } from 'zod';

const size = { columns: z.int(), rows: z.int() };
const text = z.string().max(1024);

/**
 * The login-shell door's relay to the portal, as JSON frames; keystrokes are data frames. Anybody on this host can say
 * all this: it decides nothing.
 */
export const fromRelay = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('hello'),
    version: z.literal(1),
    ...size,
    term: text,
    lang: text,
    user: text,
    from: text,
  }),
  z.strictObject({ type: z.literal('resize'), ...size }),
]);
export type FromRelay = z.infer<typeof fromRelay>;

/** Portal to relay, as JSON frames; what goes to the terminal is data frames. */
export type ToRelay =
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'exit'; readonly status: number };
