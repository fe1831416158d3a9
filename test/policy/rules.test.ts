import { describe, expect, test } from 'vitest';
import { PERMISSIONS, PRESETS, VAULT_RIGHTS } from '#/domain/permission.js';
import { beyondReach, outOfReach } from '#/policy/delegation.js';
import { listText } from '#/policy/explain.js';
import { explainAccess } from '#/policy/explain-access.js';
import type { Membership } from '#/policy/grants.js';
import { judgeLive, type OversightQuestion } from '#/policy/oversight.js';
import { resolvePolicy } from '#/policy/resolve.js';
import { type AccessQuestion, timeText } from '#/policy/rules.js';

const alice = {
  userId: 'u1',
  user: 'alice',
  groupIds: ['g1'],
  groups: ['Staff'],
  disabled: false,
  expiresAt: null,
};
const own = (more: Partial<Membership> = {}): Membership => ({
  kind: 'user',
  memberId: 'u1',
  member: 'alice',
  permissions: PRESETS.ConnectOnly,
  expiresAt: null,
  ...more,
});
const asked: AccessQuestion = {
  subject: alice,
  memberships: [own()],
  account: { name: 'root@web1', safe: 'Lab', platform: 'UnixSSH', base: 'UnixSSH', disabledWhy: null },
  policyProblem: null,
  isolation: { level: 3, minimum: 2 },
  sessions: { running: 1, most: 2 },
  now: 1000,
};
const liveGroups = { control: [], suspend: ['Ops'], terminate: ['Ops', 'Night'] };
const policy = resolvePolicy([
  { level: 'platform', source: 'platform UnixSSH', stored: { reasonRequired: true } },
]);
const explain = (more: Partial<AccessQuestion> = {}) =>
  explainAccess({ ...asked, ...more, recordingSafe: [], liveGroups, policy });
const lines = (more: Partial<AccessQuestion> = {}) =>
  explain(more).map(({ rule, value, source, verdict }) => `${verdict} | ${rule} | ${value} | ${source}`);

describe('an explanation', () => {
  test('has every rule with its value and source, in the order in which they decide', () => {
    expect(lines().slice(0, 9)).toEqual([
      'pass | user is enabled | yes | user alice',
      'pass | user is valid until | no end | user alice',
      'pass | useAccounts on safe Lab | yes | member of safe Lab as alice (ConnectOnly)',
      'pass | listAccounts on safe Lab | yes | member of safe Lab as alice (ConnectOnly)',
      'pass | platform is available | UnixSSH | account root@web1',
      'pass | account is enabled | yes | account root@web1',
      'pass | policy settings are understood | yes | policy of account root@web1',
      'pass | isolation is at least 2 | 3 | configuration of the bastion',
      'pass | number of sessions | 1 of 2 | configuration of the bastion',
    ]);
    expect(lines().slice(9)).toEqual([
      'info | setting idleMinutes | 30 | default',
      'info | setting maximumMinutes | 0 | default',
      'info | setting graceMinutes | 5 | default',
      'info | setting hostKeyPolicy | ask | default',
      'info | setting recordInput | no | default',
      'info | setting reasonRequired | yes | platform UnixSSH',
      'info | setting localForwarding | none | default',
      'info | setting remoteForwarding | none | default',
      'info | setting x11Forwarding | no | default',
      'info | setting agentForwarding | no | default',
      'info | setting fourEyes | no | default',
      'info | setting fourEyesGraceSeconds | 60 | default',
      'info | setting tellWhenWatched | no | default',
      ...PERMISSIONS.filter((one) => one !== 'useAccounts' && one !== 'listAccounts').map(
        (one) => `info | ${one} on safe Lab | no | no membership gives it`,
      ),
      "info | may monitor others' sessions | no | on the safe of the account: no viewAuditLog; on the safe of the recording: no retrieveAccounts, listAccounts and viewAuditLog",
      "info | may control others' sessions | no | nobody is configured to control sessions",
      "info | may suspend others' sessions | no | to suspend takes membership in Ops",
      "info | may terminate others' sessions | no | to terminate takes membership in Ops and Night",
    ]);
  });

  test.each<[string, Partial<AccessQuestion>, string]>([
    [
      'a disabled user',
      { subject: { ...alice, disabled: true } },
      'fail | user is enabled | no | user alice: user alice is disabled',
    ],
    [
      'a setting that nobody understands',
      { policyProblem: 'safe Lab sets tea, which this release does not know' },
      'fail | policy settings are understood | no | policy of account root@web1: safe Lab sets tea, which this release does not know',
    ],
    [
      'an expired user',
      { subject: { ...alice, expiresAt: 1000 } },
      'fail | user is valid until | 1970-01-01T00:00:01.000Z | user alice: user alice has expired',
    ],
    [
      'an expired membership',
      { memberships: [own({ expiresAt: 1000 })] },
      'fail | useAccounts on safe Lab | no | member of safe Lab as alice (ConnectOnly), over since 1970-01-01T00:00:01.000Z: useAccounts and listAccounts on safe Lab are missing',
    ],
    [
      'no membership',
      { memberships: [] },
      'fail | listAccounts on safe Lab | no | no membership gives it: useAccounts and listAccounts on safe Lab are missing',
    ],
    [
      'two memberships',
      {
        memberships: [
          own(),
          own({ kind: 'group', memberId: 'g1', member: 'Staff', permissions: ['useAccounts'] }),
        ],
      },
      'pass | useAccounts on safe Lab | yes | member of safe Lab as alice (ConnectOnly); member of safe Lab as group Staff (useAccounts)',
    ],
    [
      'two that are over',
      { memberships: [own({ expiresAt: 0 }), own({ expiresAt: 1000, permissions: ['useAccounts'] })] },
      'fail | useAccounts on safe Lab | no | member of safe Lab as alice (ConnectOnly), over since 1970-01-01T00:00:00.000Z; member of safe Lab as alice (useAccounts), over since 1970-01-01T00:00:01.000Z: useAccounts and listAccounts on safe Lab are missing',
    ],
    [
      'another platform',
      { account: { ...asked.account, platform: 'Telnet', base: 'Telnet' } },
      'fail | platform is available | Telnet | account root@web1: platform Telnet is not available in this release',
    ],
    [
      'a disabled account',
      { account: { ...asked.account, disabledWhy: 'retired' } },
      'fail | account is enabled | no | account root@web1: retired',
    ],
    [
      'a bastion below its level',
      { isolation: { level: 1, minimum: 2 } },
      'fail | isolation is at least 2 | 1 | configuration of the bastion: level 1 is reached, 2 is required',
    ],
    [
      'a full bastion',
      { sessions: { running: 2, most: 2 } },
      'fail | number of sessions | 2 of 2 | configuration of the bastion: 2 of 2 are running',
    ],
    [
      'no limit of sessions',
      { sessions: { running: 9, most: 0 } },
      'pass | number of sessions | no limit | configuration of the bastion',
    ],
    [
      'another permission',
      { memberships: [own({ permissions: ['backupSafe'] })] },
      'info | backupSafe on safe Lab | yes | member of safe Lab as alice (backupSafe)',
    ],
  ])('of %s', (_what, change, line) => {
    expect(lines(change)).toContain(line);
  });

  test('writes down any time, also one that no calendar has', () => {
    expect(timeText(-8.64e15)).toBe('-271821-04-20T00:00:00.000Z');
    expect(timeText(8.64e15)).toBe('+275760-09-13T00:00:00.000Z');
    expect(timeText(8.64e15 + 1)).toBe('8640000000000001');
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listText)).toEqual([
      '',
      'a',
      'a and b',
      'a, b and c',
    ]);
  });
});

describe('live sessions', () => {
  const auditor = { ...alice, groups: ['Auditors'] };
  const about: OversightQuestion = {
    subject: alice,
    ownerId: 'u2',
    accountSafe: [],
    recordingSafe: [],
    now: 1000,
  };
  const full = [own({ permissions: PRESETS.Full })];
  const control = { ...liveGroups, control: ['Staff'] };

  test.each<[string, Partial<OversightQuestion>, Parameters<typeof judgeLive>[0], string]>([
    ["one's own is seen", { ownerId: 'u1' }, 'monitor', 'it is his own session'],
    ["one's own is ended", { ownerId: 'u1' }, 'terminate', 'it is his own session'],
    ['an auditor sees', { subject: auditor }, 'monitor', 'group Auditors'],
    [
      'who has the permissions sees',
      { accountSafe: full, recordingSafe: full },
      'monitor',
      'memberships in the safes of the account and of the recording',
    ],
    ['a group controls what it sees', { accountSafe: full, recordingSafe: full }, 'control', 'group Staff'],
    [
      'the second group counts as well',
      { subject: { ...alice, groups: ['Night'] } },
      'terminate',
      'group Night',
    ],
    ['a group suspends', { subject: { ...alice, groups: ['Ops'] } }, 'suspend', 'group Ops'],
  ])('%s', (_what, change, act, source) => {
    expect(judgeLive(act, { ...about, ...change }, control)).toEqual({ ok: true, source });
  });

  test.each<[string, Partial<OversightQuestion>, Parameters<typeof judgeLive>[0], string]>([
    [
      'nobody controls what he does not see',
      {},
      'control',
      'on the safe of the account: no listAccounts and viewAuditLog; on the safe of the recording: no retrieveAccounts, listAccounts and viewAuditLog',
    ],
    ['an auditor does not control', { subject: auditor }, 'control', 'to control takes membership in Staff'],
    ["one's own is not suspended", { ownerId: 'u1' }, 'suspend', 'to suspend takes membership in Ops'],
    [
      'rights on one safe are not enough',
      { accountSafe: full },
      'monitor',
      'on the safe of the recording: no retrieveAccounts, listAccounts and viewAuditLog',
    ],
    [
      'nor on the other',
      { recordingSafe: full },
      'monitor',
      'on the safe of the account: no listAccounts and viewAuditLog',
    ],
  ])('%s', (_what, change, act, because) => {
    expect(judgeLive(act, { ...about, ...change }, control)).toEqual({ ok: false, because });
  });
});

describe('delegation', () => {
  const give = (
    wanted: Parameters<typeof beyondReach>[0]['wanted'],
    mine: readonly Membership[],
    present: Membership | null = null,
  ) => beyondReach({ subject: alice, memberships: mine, now: 1000, wanted, present });
  const list = { permissions: ['listAccounts' as const], expiresAt: null };

  test.each([
    ['what one holds', give(list, [own()]), []],
    ['what one does not hold', give(list, [own({ permissions: ['useAccounts'] })]), ['listAccounts']],
    ['for longer than one holds it', give(list, [own({ expiresAt: 2000 })]), ['listAccounts']],
    ['for as long', give({ ...list, expiresAt: 2000 }, [own({ expiresAt: 2000 })]), []],
    [
      'a millisecond longer',
      give({ ...list, expiresAt: 2001 }, [own({ expiresAt: 2000 })]),
      ['listAccounts'],
    ],
    ['what was held', give({ ...list, expiresAt: 500 }, [own({ expiresAt: 900 })]), ['listAccounts']],
    ['what another holds', give(list, [own({ memberId: 'u2' })]), ['listAccounts']],
    ['what the member has already', give(list, [], own({ memberId: 'u2' })), []],
    [
      'what the member has for less long',
      give(list, [], own({ memberId: 'u2', expiresAt: 2000 })),
      ['listAccounts'],
    ],
    [
      'something else than the member has',
      give(list, [], own({ permissions: ['useAccounts'] })),
      ['listAccounts'],
    ],
  ])('%s', (_what, beyond, expected) => {
    expect(beyond).toEqual(expected);
  });

  test.each<[string, Parameters<typeof outOfReach>, string | null]>([
    [
      'an equal',
      [{ rights: ['addSafes'], groups: ['A'] }, { rights: ['addSafes'], groups: ['A'] }, ['A']],
      null,
    ],
    ['somebody with less', [{ rights: ['addSafes'], groups: [] }, { rights: [], groups: [] }, []], null],
    [
      'a right more',
      [{ rights: [], groups: [] }, { rights: ['addSafes'], groups: [] }, []],
      'the user holds addSafes, and you do not',
    ],
    [
      'a group that counts',
      [{ rights: [], groups: [] }, { rights: [], groups: ['A'] }, ['A']],
      'the user is in A, and you are not',
    ],
    ['a group that does not count', [{ rights: [], groups: [] }, { rights: [], groups: ['A'] }, ['B']], null],
    [
      'everybody, by who holds every right',
      [{ rights: VAULT_RIGHTS, groups: [] }, { rights: VAULT_RIGHTS, groups: ['A'] }, ['A']],
      null,
    ],
    [
      'nobody, by who holds all but one',
      [{ rights: VAULT_RIGHTS.slice(1), groups: [] }, { rights: [], groups: ['A'] }, ['A']],
      'the user is in A, and you are not',
    ],
  ])('reaches %s', (_what, args, why) => {
    expect(outOfReach(...args)).toBe(why);
  });
});
