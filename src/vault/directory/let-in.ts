import { mintIdentity } from '#/authentication/mint-identity.js';
import { failure } from '#/domain/failure.js';
import type { Identity } from '#/domain/people.js';
import { stepAfterLogin } from '#/domain/second-factor.js';
import type { LoginAnswer } from '../authentication.js';
import type { User } from '../records/people.js';

export type Refused = Extract<LoginAnswer, { readonly kind: 'refused' }>;

export interface Judged {
  readonly answer: LoginAnswer;
  readonly codeIsNext: boolean;
}

/** `how` is for the audit. */
export function letIn(
  user: User,
  { method, how, from }: { readonly method: Identity['method']; readonly how: string; readonly from: string },
): Judged {
  const { id: userId, name, rights, groups, secondFactor } = user;
  const identity = mintIdentity({ userId, user: name, method, rights, groups, from });
  return {
    answer: { kind: 'in', identity, how, mustChange: false },
    codeIsNext: stepAfterLogin(secondFactor.policy, secondFactor.enrolled) === 'code',
  };
}

export function refused(
  reason: string,
  code: 'LOGIN_REFUSED' | 'LOGIN_THROTTLED' | 'DIRECTORY_UNAVAILABLE' = 'LOGIN_REFUSED',
  detail = '',
): Refused {
  return { kind: 'refused', reason, failure: failure(code, detail) };
}
