import type { CallArgs, CallName } from '#/contract/calls.js';
import type { PersonSafeRow } from '#/contract/rows.js';
import { denied } from '#/domain/denied.js';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { PERMISSIONS, PRESETS } from '#/domain/permission.js';
import { beyondReach } from '#/policy/delegation.js';
import { listText } from '#/policy/explain.js';
import { grantsOf } from '#/policy/grants.js';
import {
  isFixed,
  memberNamed,
  memberRow,
  putMember,
  removeMember,
  wantedMembership,
} from '../change-member.js';
import { deleteSafe, newSafe, renameSafe } from '../change-safe.js';
import { type InSafe, withSafeRight, withVaultRight } from '../person-rights.js';
import { type Person, subjectOf, withPerson } from '../persons.js';
import type { Answer, Handlers, Vault } from '../vault.js';

type Names = Extract<
  CallName,
  'person.safes' | 'person.members' | `person.member.${string}` | `person.safe.${string}`
>;

/** Safes and their members, as people see and manage them who may. */
export function personSafeCalls(vault: Vault): Handlers<Exclude<Names, 'person.safe.audit'>> {
  return {
    'person.safes': ({ ticket }, asking) =>
      withPerson<'person.safes'>(vault, { ticket, asking }, async (person) =>
        done({ value: await safeRows(vault, person) }),
      ),
    'person.safe.add': (args, asking) =>
      withVaultRight(vault, 'person.safe.add', args, asking, (person) => add(vault, person, args.name)),
    'person.safe.rename': (args, asking) =>
      withSafeRight(vault, 'person.safe.rename', args, asking, async ({ records, about, safe }) => {
        const renamed = await renameSafe(vault, records, about, safe, args.name);
        return renamed.ok ? done({ value: null }) : renamed;
      }),
    'person.safe.delete': (args, asking) =>
      withSafeRight(vault, 'person.safe.delete', args, asking, async ({ records, about, safe }) => {
        const deleted = await deleteSafe(vault, records, about, safe);
        return deleted.ok ? done({ value: null }) : deleted;
      }),
    'person.members': (args, asking) =>
      withSafeRight(vault, 'person.members', args, asking, ({ safe, memberships }) =>
        Promise.resolve(done({ value: memberships.map((one) => memberRow(safe, one)) })),
      ),
    'person.member.put': (args, asking) =>
      withSafeRight(vault, 'person.member.put', args, asking, (person) => put(vault, person, args)),
    'person.member.remove': (args, asking) =>
      withSafeRight(vault, 'person.member.remove', args, asking, async ({ records, about, safe }) => {
        const removed = await removeMember(vault, records, about, safe, args.member);
        return removed.ok ? done({ value: null }) : removed;
      }),
  };
}

/** Nobody gives more than he holds, nor for longer; and Auditors stay as they are. */
async function put(
  vault: Vault,
  { records, about, safe, memberships, user }: InSafe,
  args: CallArgs<'person.member.put'>,
): Promise<Answer<'person.member.put'>> {
  const wanted = await wantedMembership(records, vault.now(), args);
  if (!wanted.ok) return wanted;
  if (isFixed(wanted.value)) return failed(denied('Auditors are members of every safe', 'builtIn'));
  const present = await memberNamed(records, safe, wanted.value.member);
  const question = { subject: subjectOf(user), memberships, now: vault.now(), wanted: wanted.value, present };
  const beyond = beyondReach(question);
  if (beyond.length > 0)
    return failed(failure('DENIED', `you do not hold ${listText(beyond)} yourself, or not for as long`));
  return done({ value: await putMember(vault, records, about, safe, wanted.value) });
}

/** Whoever makes a safe can do everything in it. */
async function add(
  vault: Vault,
  { records, about, user }: Person,
  name: string,
): Promise<Answer<'person.safe.add'>> {
  const safe = await newSafe(vault, records, about, name);
  if (!safe.ok) return safe;
  const permissions = PRESETS.Full;
  await putMember(vault, records, about, safe.value, {
    kind: 'user',
    memberId: user.id,
    member: user.name,
    permissions,
    expiresAt: null,
  });
  return done({ value: null });
}

async function safeRows(vault: Vault, { records, user }: Person): Promise<readonly PersonSafeRow[]> {
  const rows: PersonSafeRow[] = [];
  for (const { id, name, builtIn } of await records.safes.safes()) {
    const mine = grantsOf(subjectOf(user), await records.safes.memberships(id), vault.now());
    if (mine.length === 0) continue;
    const permissions = PERMISSIONS.filter((one) => mine.some((grant) => grant.permissions.includes(one)));
    const ends = mine.map((grant) => grant.expiresAt).filter((at) => at !== null);
    rows.push({ name, builtIn, permissions, expiresAt: ends.length === 0 ? null : Math.min(...ends) });
  }
  return rows;
}
