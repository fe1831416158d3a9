import { z } from 'zod';
import { SECOND_FACTOR_POLICIES } from '#/domain/second-factor.js';
import { call } from './call-kind.js';
import type { GroupRow, KeyRow, SecondFactorRow } from './rows.js';

const name = z.string().max(4096);
const ticket = z.string().max(128);

/** Second factors and people's own keys: a part of CALLS. */
export const FACTOR_CALLS = {
  /** Blob: the code from the authenticator, or a recovery code. `recoveryLeft` null: no recovery code was used. */
  'person.secondFactor.verify': call<{ readonly recoveryLeft: number | null }>()(
    ['PVWAGW'],
    z.strictObject({ ticket }),
  ),
  'person.secondFactor.state': call<SecondFactorRow>()(['PVWAGW'], z.strictObject({ ticket })),
  /** Blob: a proof (code or password), but not at a login that must enrol. Blob back: the new secret, 20 bytes. */
  'person.secondFactor.begin': call<{ readonly issuer: string; readonly user: string }>()(
    ['PVWAGW'],
    z.strictObject({ ticket }),
  ),
  /** Blob: a code of the new secret. Blob back: the recovery codes, one a line, shown this once. */
  'person.secondFactor.confirm': call<null>()(['PVWAGW'], z.strictObject({ ticket })),
  /** Blob: a proof. Refused where the policy requires a second factor. */
  'person.secondFactor.remove': call<null>()(['PVWAGW'], z.strictObject({ ticket })),
  'person.keys': call<readonly KeyRow[]>()(['PVWAGW'], z.strictObject({ ticket })),
  /** Blob: a proof: a code where there is a second factor, else the password. */
  'person.key.add': call<KeyRow>()(['PVWAGW'], z.strictObject({ ticket, key: z.string().max(33_000) })),
  'person.key.remove': call<null>()(
    ['PVWAGW'],
    z.strictObject({ ticket, fingerprint: z.string().max(1024) }),
  ),
  'admin.user.secondFactor.reset': call<null>()(['console'], z.strictObject({ name })),
  'admin.group.set': call<GroupRow>()(
    ['console'],
    z.strictObject({ name, secondFactor: z.enum(SECOND_FACTOR_POLICIES) }),
  ),
} as const;
