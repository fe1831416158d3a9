import { z } from 'zod';
import { SECOND_FACTOR_POLICIES } from '#/domain/second-factor.js';
import { call } from './call-kind.js';
import type { GroupRow } from './rows.js';

const name = z.string().max(4096);
const ticket = z.string().max(128);

/** Groups of users, as people manage them by their rights on the vault: a part of CALLS. */
export const GROUP_CALLS = {
  'person.groups': call<readonly GroupRow[]>()(['PVWAGW'], z.strictObject({ ticket })),
  /** Who does not hold every right is its first member, or he could put nobody into it. */
  'person.group.add': call<null>()(['PVWAGW'], z.strictObject({ ticket, name })),
  'person.group.set': call<null>()(
    ['PVWAGW'],
    z.strictObject({ ticket, name, secondFactor: z.enum(SECOND_FACTOR_POLICIES) }),
  ),
  'person.group.member': call<null>()(
    ['PVWAGW'],
    z.strictObject({ ticket, group: name, user: name, present: z.boolean() }),
  ),
  'person.group.delete': call<null>()(['PVWAGW'], z.strictObject({ ticket, name })),
} as const;
