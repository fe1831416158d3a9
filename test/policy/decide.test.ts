import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PERMISSIONS, type Permission, PRESETS } from '#/domain/permission.js';
import { type AccessQuestion, decide } from '#/policy/decide.js';
import { presetOf } from '#/policy/explain.js';
import { effectivePermissions, type Membership } from '#/policy/grants.js';
import { judgeLive, mayEnd, type OversightQuestion } from '#/policy/oversight.js';

const alice = {
  userId: 'u1',
  user: 'alice',
  groupIds: ['g1'],
  groups: ['Staff'],
  disabled: false,
  expiresAt: null,
};
const member = (permissions: readonly Permission[], more: Partial<Membership> = {}): Membership => ({
  kind: 'user',
  memberId: 'u1',
  member: 'alice',
  permissions,
  expiresAt: null,
  ...more,
});
const staff = { kind: 'group', memberId: 'g1', member: 'Staff' } as const;
const question: AccessQuestion = {
  subject: alice,
  memberships: [member(PRESETS.ConnectOnly)],
  account: { name: 'root@web1', safe: 'Lab', platform: 'UnixSSH', base: 'UnixSSH', disabledWhy: null },
  policyProblem: null,
  isolation: { level: 3, minimum: 3 },
  sessions: { running: 0, most: 0 },
  now: 1000,
};

describe('who may connect', () => {
  test.each<[string, Partial<AccessQuestion>, string]>([
    ['a member with ConnectOnly', {}, 'member of safe Lab as alice (ConnectOnly)'],
    [
      'a member through a group',
      { memberships: [member(PRESETS.ConnectOnly, staff)] },
      'member of safe Lab as group Staff (ConnectOnly)',
    ],
    [
      'both halves from two memberships',
      { memberships: [member(['useAccounts']), member(['listAccounts'], staff)] },
      'member of safe Lab as alice (useAccounts); member of safe Lab as group Staff (listAccounts)',
    ],
    [
      'a membership that has yet to expire',
      { memberships: [member(PRESETS.Full, { expiresAt: 1001 })] },
      'member of safe Lab as alice (Full)',
    ],
    [
      'below the limit of sessions',
      { sessions: { running: 1, most: 2 } },
      'member of safe Lab as alice (ConnectOnly)',
    ],
  ])('%s may', (_who, change, reasons) => {
    const verdict = decide({ ...question, ...change });
    expect(verdict.kind === 'permit' ? verdict.reasons.join('; ') : verdict.because).toBe(reasons);
  });

  test.each<[string, Partial<AccessQuestion>, string, string]>([
    [
      'a stranger',
      { memberships: [] },
      'ACCESS_DENIED',
      'useAccounts and listAccounts on safe Lab are missing',
    ],
    [
      'who may only list',
      { memberships: [member(['listAccounts'])] },
      'ACCESS_DENIED',
      'useAccounts on safe Lab is missing',
    ],
    [
      'who may only use',
      { memberships: [member(['useAccounts'])] },
      'ACCESS_DENIED',
      'listAccounts on safe Lab is missing',
    ],
    [
      "another person's member",
      { memberships: [member(PRESETS.Full, { memberId: 'u2' })] },
      'ACCESS_DENIED',
      'useAccounts and listAccounts on safe Lab are missing',
    ],
    [
      "another group's member",
      { memberships: [member(PRESETS.Full, { ...staff, memberId: 'g2' })] },
      'ACCESS_DENIED',
      'useAccounts and listAccounts on safe Lab are missing',
    ],
    [
      'a group with his own id',
      { memberships: [member(PRESETS.Full, { kind: 'group' })] },
      'ACCESS_DENIED',
      'useAccounts and listAccounts on safe Lab are missing',
    ],
    [
      'whose membership ends now',
      { memberships: [member(PRESETS.Full, { expiresAt: 1000 })] },
      'ACCESS_DENIED',
      'useAccounts and listAccounts on safe Lab are missing',
    ],
    ['who is disabled', { subject: { ...alice, disabled: true } }, 'ACCESS_DENIED', 'user alice is disabled'],
    ['who has expired', { subject: { ...alice, expiresAt: 999 } }, 'ACCESS_DENIED', 'user alice has expired'],
    [
      'an account out of use',
      { account: { ...question.account, disabledWhy: 'being rebuilt' } },
      'ACCOUNT_DISABLED',
      'being rebuilt',
    ],
    [
      'a platform of later',
      { account: { ...question.account, platform: 'MySQL', base: 'MySQL' } },
      'ACCOUNT_DISABLED',
      'platform MySQL is not available in this release',
    ],
    [
      'a bastion with weak walls',
      { isolation: { level: 2, minimum: 3 } },
      'ISOLATION_TOO_LOW',
      'level 2 is reached, 3 is required',
    ],
    [
      'one session too many',
      { sessions: { running: 2, most: 2 } },
      'TOO_MANY_SESSIONS',
      '2 of 2 are running',
    ],
  ])('%s may not', (_who, change, code, because) => {
    expect(decide({ ...question, ...change })).toEqual({ kind: 'deny', code, because });
  });

  test('nobody without a grant, whatever else is true', () => {
    const others = fc.record({
      kind: fc.constantFrom('user', 'group'),
      memberId: fc.constantFrom('u2', 'u3', 'g2'),
      member: fc.string(),
      permissions: fc.subarray([...PERMISSIONS]),
      expiresAt: fc.option(fc.nat()),
    });
    const weak = fc.record({
      kind: fc.constant('user'),
      memberId: fc.constant('u1'),
      member: fc.constant('alice'),
      permissions: fc.subarray(PERMISSIONS.filter((one) => one !== 'useAccounts')),
      expiresAt: fc.option(fc.nat()),
    });
    const memberships = fc.array(fc.oneof(others, weak), { maxLength: 8 });
    fc.assert(
      fc.property(memberships, fc.nat(), (list, now) => {
        expect(decide({ ...question, memberships: list, now }).kind).toBe('deny');
      }),
    );
  });

  test('expired memberships give nothing', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2000 }), fc.subarray([...PERMISSIONS]), (expiresAt, permissions) => {
        const held = effectivePermissions(alice, [member(permissions, { expiresAt })], 1000);
        expect([...held]).toEqual(expiresAt > 1000 ? permissions : []);
      }),
    );
  });
});

describe('oversight', () => {
  const bob = { ...alice, userId: 'u2', user: 'bob' };
  const accountSafe = [member(['listAccounts', 'viewAuditLog'])];
  const recordingSafe = [member(['retrieveAccounts', 'listAccounts', 'viewAuditLog'])];
  const base = { subject: alice, ownerId: 'u2', accountSafe, recordingSafe, now: 1000 };
  test.each<[string, Partial<OversightQuestion>, boolean]>([
    ['rights on both safes', {}, true],
    ['rights on the account safe only', { recordingSafe: [] }, false],
    ['rights on the recording safe only', { accountSafe: [] }, false],
    [
      'no retrieveAccounts on the recording safe',
      { recordingSafe: [member(['listAccounts', 'viewAuditLog'])] },
      false,
    ],
    [
      'expired rights',
      { now: 2000, accountSafe: [member(['listAccounts', 'viewAuditLog'], { expiresAt: 2000 })] },
      false,
    ],
    ['an auditor', { subject: { ...alice, groups: ['Auditors'] }, accountSafe: [], recordingSafe: [] }, true],
    ['his own session', { subject: bob, accountSafe: [], recordingSafe: [] }, true],
  ])('%s: %s', (_what, change, expected) => {
    const nobody = { control: [], suspend: [], terminate: [] };
    expect(judgeLive('monitor', { ...base, ...change }, nobody).ok).toBe(expected);
  });

  test('a session is ended by its owner and by terminators, not by auditors', () => {
    const terminators = ['PSMLiveSessionTerminators'];
    expect(mayEnd(alice, 'u1', terminators)).toBe(true);
    expect(mayEnd(alice, 'u1', [])).toBe(true);
    expect(mayEnd(alice, 'u2', terminators)).toBe(false);
    expect(mayEnd({ ...alice, groups: ['Auditors'] }, 'u2', terminators)).toBe(false);
    expect(mayEnd({ ...alice, groups: terminators }, 'u2', terminators)).toBe(true);
    expect(mayEnd({ ...alice, groups: terminators }, 'u2', [])).toBe(false);
  });
});

test('a preset is named when the permissions are exactly its own, in any order', () => {
  for (const [name, permissions] of Object.entries(PRESETS)) {
    expect(presetOf([...permissions].toReversed())).toBe(name);
    expect(presetOf(permissions.slice(1))).not.toBe(name);
    expect(presetOf([...permissions, 'backupSafe', 'requestsAuthorizationLevel2'])).not.toBe(name);
  }
});
