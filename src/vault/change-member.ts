import type { MemberRow } from '#/contract/rows.js';
import { denied } from '#/domain/denied.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { PERMISSIONS, type Permission, PRESETS, type Preset } from '#/domain/permission.js';
import { presetOf } from '#/policy/explain.js';
import type { Membership } from '#/policy/grants.js';
import { timeText } from '#/policy/rules.js';
import type { Records } from './records/records.js';
import type { Safe } from './records/safes.js';
import type { Doer, Vault } from './vault.js';

export interface NewMember {
  readonly member: string;
  readonly preset?: Preset | undefined;
  readonly permissions?: readonly Permission[] | undefined;
  readonly expiresAt: number | null;
}

/** The membership that is asked for, or what is wrong with it. */
export async function wantedMembership(
  records: Records,
  now: number,
  args: NewMember,
): Promise<Outcome<Membership>> {
  const permissions = wantedPermissions(args);
  if (!permissions.ok) return permissions;
  if (args.expiresAt !== null && args.expiresAt <= now)
    return failed(
      failure('BAD_INPUT', `the membership would be over already, at ${timeText(args.expiresAt)}`),
    );
  const user = await records.people.userByName(args.member);
  const group = await records.people.groupByName(args.member);
  if (user !== null && group !== null)
    return failed(failure('BAD_INPUT', `${args.member} is a user and a group: rename one of them`));
  const common = { permissions: permissions.value, expiresAt: args.expiresAt };
  if (user !== null) return done({ kind: 'user', memberId: user.id, member: user.name, ...common });
  if (group !== null) return done({ kind: 'group', memberId: group.id, member: group.name, ...common });
  return failed(failure('NOT_FOUND', `User or group ${args.member}`));
}

function wantedPermissions(args: NewMember): Outcome<readonly Permission[]> {
  if ((args.preset === undefined) === (args.permissions === undefined))
    return failed(failure('BAD_INPUT', 'give either a preset or permissions'));
  const wanted: readonly Permission[] =
    args.preset === undefined ? (args.permissions ?? []) : PRESETS[args.preset];
  // in the order of the table, each once
  const permissions = PERMISSIONS.filter((one) => wanted.includes(one));
  if (permissions.length === 0) return failed(failure('BAD_INPUT', 'a member without a permission is none'));
  const both = ['requestsAuthorizationLevel1', 'requestsAuthorizationLevel2'] as const;
  if (both.every((one) => permissions.includes(one)))
    return failed(failure('BAD_INPUT', 'a member confirms requests at level 1 or at level 2, not at both'));
  return done(permissions);
}

/** Auditors are members of every safe, with at least what they are made with: who oversees is not sent away by who is overseen. */
export function isFixed(membership: { readonly member: string }): boolean {
  return membership.member.toLowerCase() === 'auditors';
}

export async function putMember(
  vault: Vault,
  records: Records,
  doer: Doer,
  safe: Safe,
  membership: Membership,
): Promise<MemberRow> {
  await records.safes.putMembership(safe.id, membership);
  const what = presetOf(membership.permissions) ?? membership.permissions.join(' ');
  const until = membership.expiresAt === null ? '' : `, until ${timeText(membership.expiresAt)}`;
  await note(vault, records, doer, safe, membership.member, `${what}${until}`);
  return memberRow(safe, membership);
}

export async function removeMember(
  vault: Vault,
  records: Records,
  doer: Doer,
  safe: Safe,
  name: string,
): Promise<Outcome<null>> {
  const found = await memberNamed(records, safe, name);
  if (isFixed({ member: name })) return failed(denied('Auditors are members of every safe', 'builtIn'));
  if (found === null) return failed(failure('NOT_FOUND', `Member ${name} of safe ${safe.name}`));
  await records.safes.removeMembership(safe.id, found.kind, found.memberId);
  await note(vault, records, doer, safe, found.member, 'removed');
  return done(null);
}

export async function memberNamed(records: Records, safe: Safe, name: string): Promise<Membership | null> {
  const wanted = name.toLowerCase();
  const all = await records.safes.memberships(safe.id);
  return all.find((one) => one.member.toLowerCase() === wanted) ?? null;
}

export function memberRow(safe: Safe, { member, kind, permissions, expiresAt }: Membership): MemberRow {
  return { safe: safe.name, member, kind, permissions, preset: presetOf(permissions), expiresAt };
}

async function note(
  vault: Vault,
  records: Records,
  doer: Doer,
  safe: Safe,
  target: string,
  detail: string,
): Promise<void> {
  await vault.journal.append(records.audit, {
    ...doer,
    action: 'memberChanged',
    outcome: 'ok',
    safe: safe.name,
    target,
    detail,
  });
}
