/** From the least to the strictest. 'off': nobody is asked, and nobody can enrol. 'optional': who enrolled is asked. */
export const SECOND_FACTOR_POLICIES = ['off', 'optional', 'required'] as const;
export type SecondFactorPolicy = (typeof SECOND_FACTOR_POLICIES)[number];

/** What a login has yet to do about the second factor. */
export type SecondFactorStep = 'done' | 'code' | 'enrol';

/** What a person's groups say together: the strictest of them. Who is in no group may enrol. */
export function strictestPolicy(policies: readonly SecondFactorPolicy[]): SecondFactorPolicy {
  const rank = Math.max(...policies.map((one) => SECOND_FACTOR_POLICIES.indexOf(one)));
  return SECOND_FACTOR_POLICIES[rank] ?? 'optional';
}

/** What is asked after a password or a key. */
export function stepAfterLogin(policy: SecondFactorPolicy, enrolled: boolean): SecondFactorStep {
  if (policy === 'off') return 'done';
  if (enrolled) return 'code';
  return policy === 'required' ? 'enrol' : 'done';
}
