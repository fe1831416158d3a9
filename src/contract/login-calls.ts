import { z } from 'zod';
import type { SecondFactorStep } from '#/domain/second-factor.js';
import { call } from './call-kind.js';
import type { PersonRow } from './rows.js';

const text = z.string().max(1024);
const name = z.string().max(4096);
const key = z.string().max(32_768);
const readings = z.array(name).min(1).max(32);
const via = z.enum(['ssh', 'login-shell', 'desk']);

/**
 * A person after login. `secondFactor` 'code': only person.secondFactor.verify and person.logout answer until it is done;
 * 'enrol': only person.secondFactor.begin, .confirm and person.logout. `mustChange`: after that, only person.changePassword.
 */
export interface LoggedIn {
  readonly ticket: string;
  readonly person: PersonRow;
  readonly mustChange: boolean;
  readonly secondFactor: SecondFactorStep;
  /** Which of the readings of an ssh user name he is, where there were any. */
  readonly reading?: number;
}

/**
 * Who somebody is: a part of CALLS. `from` is the client's address. `readings`: what an ssh user name may mean; the first of
 * which there is a user is who logs in, else the last one is refused.
 */
export const LOGIN_CALLS = {
  /** Blob: the password. `method`: 'vault' or a directory; absent: by what the name ends in. */
  'person.login': call<LoggedIn>()(
    ['PVWAGW'],
    z.strictObject({
      user: name,
      readings: readings.optional(),
      method: text.optional(),
      from: text,
      via,
    }),
  ),
  /** Is this key registered for this user? Says nothing else. `key` is the base64 public key blob. */
  'person.keyKnown': call<boolean>()(
    ['PVWAGW'],
    z.strictObject({ user: name, readings: readings.optional(), key, from: text }),
  ),
  /** The vault itself verifies the signature, which is over `user`. Blob: u32 length, signed data, then the raw signature. */
  'person.loginByKey': call<LoggedIn>()(
    ['PVWAGW'],
    z.strictObject({
      user: name,
      readings: readings.optional(),
      key,
      algorithm: z.string().max(64),
      from: text,
      via,
    }),
  ),
};
