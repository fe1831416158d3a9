import { z } from 'zod';
import { call } from './call-kind.js';
import type { AccountRow } from './rows.js';

const ticket = z.string().max(128);
const name = z.string().max(4096);
const port = z.int().min(1).max(65_535).nullable();

/** What is there for an ssh user name, among what the person may list. `more`: how many were left out of `accounts`. */
export type FoundDestination =
  | { readonly kind: 'account'; readonly account: AccountRow }
  /** Incomplete: a part is missing; these would fit. None: these are near. */
  | {
      readonly kind: 'ambiguous' | 'incomplete' | 'none';
      readonly accounts: readonly AccountRow[];
      readonly more: number;
    };

/** Connecting without the menu: a part of CALLS. */
export const DIRECT_CALLS = {
  /** `users`: the ways to write the target's user. A part alone may be an address, a user or an account's id. */
  'person.destination': call<FoundDestination>()(
    ['PVWAGW'],
    z.strictObject({
      ticket,
      target: z.discriminatedUnion('kind', [
        z.strictObject({
          kind: z.literal('account'),
          users: z.array(name).min(1).max(8),
          address: name,
          port,
        }),
        z.strictObject({ kind: z.literal('part'), text: name, port }),
      ]),
    }),
  ),
  /** The accounts that a user may connect with, for `postern ssh-config`. */
  'admin.user.accounts': call<{ readonly user: string; readonly accounts: readonly AccountRow[] }>()(
    ['console'],
    z.strictObject({ name }),
  ),
};
