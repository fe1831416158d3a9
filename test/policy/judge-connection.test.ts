import { expect, test } from 'vitest';
import { PRESETS } from '#/domain/permission.js';
import type { SettingValues } from '#/domain/settings.js';
import { type AccessQuestion, withdrawal } from '#/policy/decide.js';
import { type ConnectionWish, judgeConnection } from '#/policy/judge-connection.js';

const subject = {
  ...{ userId: 'u1', user: 'alice', groupIds: [], groups: [], disabled: false, expiresAt: null },
};
const membership = {
  ...({ kind: 'user', memberId: 'u1', member: 'alice', expiresAt: null } as const),
  permissions: PRESETS.ConnectOnly,
};
const question: AccessQuestion = {
  subject,
  memberships: [membership],
  account: { name: 'root@web1', safe: 'Lab', platform: 'UnixSSH', base: 'UnixSSH', disabledWhy: null },
  policyProblem: null,
  isolation: { level: 3, minimum: 3 },
  sessions: { running: 0, most: 0 },
  now: 1000,
};
const db = { host: 'db.test', port: 5432 };
const settings = (more: Partial<SettingValues>): SettingValues =>
  ({ reasonRequired: false, localForwarding: [], remoteForwarding: [], ...more }) as SettingValues;

test.each<[string, Partial<AccessQuestion>, Partial<SettingValues>, Partial<ConnectionWish>, string]>([
  ['nothing but to connect', {}, {}, {}, 'permit'],
  ['a reason that is not asked for', {}, {}, { reason: 'x' }, 'permit'],
  [
    'no reason where one is asked for',
    {},
    { reasonRequired: true },
    {},
    'deny REASON_NEEDED: no reason was given',
  ],
  ['the reason that is asked for', {}, { reasonRequired: true }, { reason: 'incident' }, 'permit'],
  [
    'to go where nothing is allowed',
    {},
    {},
    { forward: db },
    "deny FORWARDING_DENIED: db.test:5432 is not in localForwarding of the account's policy (nothing is)",
  ],
  [
    'to go where it is allowed',
    {},
    { localForwarding: ['db.test:5432'] as never },
    { forward: db },
    'permit',
  ],
  [
    'to be listened for where nothing is allowed',
    {},
    { localForwarding: ['*:*'] as never },
    { listen: { host: 'localhost', port: 8080 } },
    "deny LISTENING_DENIED: localhost:8080 is not in remoteForwarding of the account's policy (nothing is)",
  ],
  [
    'to be listened for where it is allowed',
    {},
    { remoteForwarding: ['localhost:8080'] as never },
    { listen: { host: 'localhost', port: 8080 } },
    'permit',
  ],
  [
    'anything, without a grant',
    { memberships: [] },
    { reasonRequired: true },
    { forward: db },
    'deny ACCESS_DENIED: useAccounts and listAccounts on safe Lab are missing',
  ],
])('%s', (_what, changed, more, wish, expected) => {
  const verdict = judgeConnection({ ...question, ...changed }, settings(more), {
    ...{ reason: null, forward: null, listen: null },
    ...wish,
  });
  const said = verdict.kind === 'permit' ? 'permit' : `${verdict.kind} ${verdict.code}: ${verdict.because}`;
  expect(said).toBe(expected);
});

test.each<[string, Partial<typeof subject>, readonly (typeof membership)[], string | null]>([
  ['nothing changed', {}, [membership], null],
  ['he was disabled', { disabled: true }, [membership], 'user alice is disabled'],
  ['he expired', { expiresAt: 1000 as never }, [membership], 'user alice has expired'],
  ['he expires in a millisecond', { expiresAt: 1001 as never }, [membership], null],
  ['he is no member any more', {}, [], 'useAccounts and listAccounts on safe Lab are missing'],
])('a running session, when %s', (_what, changed, memberships, why) => {
  expect(withdrawal({ ...subject, ...changed }, memberships, 'Lab', 1000)).toBe(why);
});
