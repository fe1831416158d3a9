/** Random memberships, groups and expiries against a naive model that knows nothing of how policy is written. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PERMISSIONS, type Permission } from '#/domain/permission.js';
import { decide, withdrawal } from '#/policy/decide.js';
import { beyondReach } from '#/policy/delegation.js';
import { explainAccess } from '#/policy/explain-access.js';
import { effectivePermissions, type Membership } from '#/policy/grants.js';
import { judgeLive, LIVE_ACTS, type LiveGroups } from '#/policy/oversight.js';
import { resolvePolicy } from '#/policy/resolve.js';
import type { AccessQuestion } from '#/policy/rules.js';

const NOW = 1000;
const ids = fc.constantFrom('u1', 'u2', 'g1', 'g2', 'g3');
const permissions = fc.subarray([...PERMISSIONS]);
const expiry = fc.constantFrom(null, 0, NOW - 1, NOW, NOW + 1, 10 * NOW);
const membership: fc.Arbitrary<Membership> = fc.record({
  kind: fc.constantFrom('user', 'group'),
  memberId: ids,
  member: fc.constant('somebody'),
  permissions,
  expiresAt: expiry,
});
const memberships = fc.array(membership, { maxLength: 6 });
const subject = fc.record({
  userId: fc.constantFrom('u1', 'u2'),
  user: fc.constant('alice'),
  groupIds: fc.subarray(['g1', 'g2', 'g3']),
  groups: fc.subarray(['Auditors', 'Terminators', 'Controllers']),
  disabled: fc.boolean(),
  expiresAt: expiry,
});
type Person = AccessQuestion['subject'];

/** The model: a loop, and nothing else. */
function mayNaively(who: Person, all: readonly Membership[], wanted: Permission): boolean {
  for (const one of all) {
    if (one.expiresAt !== null && NOW >= one.expiresAt) continue;
    if (one.kind === 'user' && one.memberId !== who.userId) continue;
    if (one.kind === 'group' && !who.groupIds.some((id) => id === one.memberId)) continue;
    if (one.permissions.some((permission) => permission === wanted)) return true;
  }
  return false;
}
const isInNaively = (who: Person): boolean =>
  !who.disabled && (who.expiresAt === null || who.expiresAt > NOW);

function question(who: Person, all: readonly Membership[]): AccessQuestion {
  return {
    subject: who,
    memberships: all,
    account: { name: 'root@web1', safe: 'Lab', platform: 'UnixSSH', base: 'UnixSSH', disabledWhy: null },
    policyProblem: null,
    isolation: { level: 3, minimum: 3 },
    sessions: { running: 0, most: 0 },
    now: NOW,
  };
}
const groups: LiveGroups = { control: ['Controllers'], suspend: ['Terminators'], terminate: ['Terminators'] };
const policy = resolvePolicy([]);
const RUNS = { numRuns: 2000 };

test('no grant, no permit; and with the grants a permit', () => {
  fc.assert(
    fc.property(subject, memberships, (who, all) => {
      const may =
        isInNaively(who) && mayNaively(who, all, 'useAccounts') && mayNaively(who, all, 'listAccounts');
      expect(decide(question(who, all)).kind).toBe(may ? 'permit' : 'deny');
      expect(withdrawal(who, all, 'Lab', NOW) === null).toBe(may);
    }),
    RUNS,
  );
});

test('each permission is held exactly when a membership gives it', () => {
  fc.assert(
    fc.property(subject, memberships, (who, all) => {
      const held = effectivePermissions(who, all, NOW);
      for (const one of PERMISSIONS) expect(held.has(one), one).toBe(mayNaively(who, all, one));
    }),
    RUNS,
  );
});

test('what is explained is what is decided', () => {
  fc.assert(
    fc.property(subject, memberships, memberships, (who, all, recordingSafe) => {
      const asked = { ...question(who, all), recordingSafe, liveGroups: groups, policy };
      const said = explainAccess(asked);
      expect(said.every((line) => line.verdict !== 'fail')).toBe(decide(asked).kind === 'permit');
      for (const one of PERMISSIONS)
        expect(said.find((line) => line.rule === `${one} on safe Lab`)?.value).toBe(
          mayNaively(who, all, one) ? 'yes' : 'no',
        );
    }),
    RUNS,
  );
});

test('others’ live sessions: only by the groups and permissions that say so', () => {
  fc.assert(
    fc.property(subject, memberships, memberships, (who, accountSafe, recordingSafe) => {
      const asked = { subject: who, ownerId: 'u3', accountSafe, recordingSafe, now: NOW };
      const sees =
        who.groups.includes('Auditors') ||
        ((['listAccounts', 'viewAuditLog'] as const).every((one) => mayNaively(who, accountSafe, one)) &&
          (['retrieveAccounts', 'listAccounts', 'viewAuditLog'] as const).every((one) =>
            mayNaively(who, recordingSafe, one),
          ));
      const ends = who.groups.includes('Terminators');
      const expected = {
        monitor: sees,
        control: sees && who.groups.includes('Controllers'),
        suspend: ends,
        terminate: ends,
      };
      for (const act of LIVE_ACTS) expect(judgeLive(act, asked, groups).ok, act).toBe(expected[act]);
    }),
    RUNS,
  );
});

test('what is delegated never reaches further, or for longer, than what the giver has', () => {
  const until = (at: number | null): number => at ?? Number.MAX_VALUE;
  fc.assert(
    fc.property(subject, memberships, permissions, expiry, (who, all, wanted, expiresAt) => {
      const beyond = beyondReach({
        subject: who,
        memberships: all,
        now: NOW,
        wanted: { permissions: wanted, expiresAt },
        present: null,
      });
      for (const one of wanted) {
        // held now, and by one membership until the end of what is given
        const longest = Math.max(
          Number.NEGATIVE_INFINITY,
          ...all.filter((held) => mayNaively(who, [held], one)).map((held) => until(held.expiresAt)),
        );
        expect(beyond.includes(one), one).toBe(longest < until(expiresAt));
      }
    }),
    RUNS,
  );
});
