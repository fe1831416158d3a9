import type { MemberRow } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { checkName } from '#/domain/names.js';
import { done, failed } from '#/domain/outcome.js';
import { PERMISSIONS, type Permission, PRESETS, type Preset } from '#/domain/permission.js';
import { presetOf } from '#/policy/explain.js';
import type { Membership } from '#/policy/grants.js';
import { addSafe } from '../new-safe.js';
import type { Records } from '../records/records.js';
import type { Safe } from '../records/safes.js';
import { type Answer, CONSOLE, type Handlers, type Vault } from '../vault.js';

type Names =
  | 'admin.safe.add'
  | 'admin.safe.list'
  | 'admin.member.add'
  | 'admin.member.list'
  | 'admin.member.remove';

/** Safes and their members, as the console manages them. */
export function adminSafeCalls(vault: Vault): Handlers<Names> {
  const { store, journal } = vault;
  return {
    async 'admin.safe.add'({ name }) {
      const check = checkName('safe', name);
      if (!check.ok) return failed(failure('BAD_INPUT', `the name ${check.why}`));
      return await store.transaction(async (records) => {
        if ((await records.safes.safeByName(check.name)) !== null)
          return failed(failure('ALREADY_EXISTS', `Safe ${check.name}`));
        const safe = await addSafe(vault, records, { name: check.name, builtIn: false, recipient: null });
        if (!safe.ok) return safe;
        await journal.append(records.audit, {
          ...CONSOLE,
          action: 'safeChanged',
          outcome: 'ok',
          safe: check.name,
          detail: 'added',
        });
        return done({
          value: {
            id: safe.value.id,
            name: check.name,
            builtIn: false,
            accounts: 0,
            members: (await records.safes.memberships(safe.value.id)).length,
          },
        });
      });
    },
    'admin.safe.list': () =>
      store.transaction(async (records) =>
        done({
          value: (await records.safes.safes()).map(({ id, name, builtIn, accounts, members }) => ({
            id,
            name,
            builtIn,
            accounts,
            members,
          })),
        }),
      ),
    'admin.member.add': (args) =>
      withSafe<'admin.member.add'>(vault, args.safe, (safe, records) =>
        addMember(vault, records, safe, args),
      ),
    'admin.member.list': ({ safe: name }) =>
      withSafe<'admin.member.list'>(vault, name, async (safe, records) =>
        done({ value: (await records.safes.memberships(safe.id)).map((one) => memberRow(safe, one)) }),
      ),
    'admin.member.remove': ({ safe: name, member }) =>
      withSafe<'admin.member.remove'>(vault, name, async (safe, records) => {
        if (member.toLowerCase() === 'auditors')
          return failed(failure('DENIED', 'Auditors are members of every safe'));
        const found = (await records.safes.memberships(safe.id)).find(
          (one) => one.member.toLowerCase() === member.toLowerCase(),
        );
        if (found === undefined) return failed(failure('NOT_FOUND', `Member ${member} of safe ${safe.name}`));
        await records.safes.removeMembership(safe.id, found.kind, found.memberId);
        await journal.append(records.audit, {
          ...CONSOLE,
          action: 'memberChanged',
          outcome: 'ok',
          safe: safe.name,
          target: found.member,
          detail: 'removed',
        });
        return done({ value: null });
      }),
  };
}

interface NewMember {
  readonly member: string;
  readonly preset?: Preset | undefined;
  readonly permissions?: readonly Permission[] | undefined;
  readonly expiresAt: number | null;
}

async function addMember(
  vault: Vault,
  records: Records,
  safe: Safe,
  args: NewMember,
): Promise<Answer<'admin.member.add'>> {
  if ((args.preset === undefined) === (args.permissions === undefined))
    return failed(failure('BAD_INPUT', 'give either a preset or permissions'));
  const wanted: readonly Permission[] =
    args.preset === undefined ? (args.permissions ?? []) : PRESETS[args.preset];
  // in the order of the table, each once
  const permissions = PERMISSIONS.filter((one) => wanted.includes(one));
  if (permissions.length === 0) return failed(failure('BAD_INPUT', 'a member without a permission is none'));
  if (
    permissions.includes('requestsAuthorizationLevel1') &&
    permissions.includes('requestsAuthorizationLevel2')
  )
    return failed(failure('BAD_INPUT', 'a member confirms requests at level 1 or at level 2, not at both'));
  const [user, group] = [
    await records.people.userByName(args.member),
    await records.people.groupByName(args.member),
  ];
  if (user !== null && group !== null)
    return failed(failure('BAD_INPUT', `${args.member} is a user and a group: rename one of them`));
  const who =
    user === null
      ? group === null
        ? null
        : ({ kind: 'group', memberId: group.id, member: group.name } as const)
      : ({ kind: 'user', memberId: user.id, member: user.name } as const);
  if (who === null) return failed(failure('NOT_FOUND', `User or group ${args.member}`));
  const membership: Membership = { ...who, permissions, expiresAt: args.expiresAt };
  await records.safes.putMembership(safe.id, membership);
  await vault.journal.append(records.audit, {
    ...CONSOLE,
    action: 'memberChanged',
    outcome: 'ok',
    safe: safe.name,
    target: who.member,
    detail: presetOf(permissions) ?? permissions.join(' '),
  });
  return done({ value: memberRow(safe, membership) });
}

function memberRow(safe: Safe, { member, kind, permissions, expiresAt }: Membership): MemberRow {
  return { safe: safe.name, member, kind, permissions, preset: presetOf(permissions), expiresAt };
}

async function withSafe<K extends Names>(
  vault: Vault,
  name: string,
  work: (safe: Safe, records: Records) => Promise<Answer<K>>,
): Promise<Answer<K>> {
  return await vault.store.transaction(async (records): Promise<Answer<K>> => {
    const safe = await records.safes.safeByName(name);
    return safe === null ? failed(failure('NOT_FOUND', `Safe ${name}`)) : await work(safe, records);
  });
}
