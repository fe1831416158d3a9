import type { DirectorySettings } from '#/contract/directory-calls.js';
import { normalDn } from '#/domain/dn.js';
import type { FoundPerson } from './find-person.js';
import { any, equals, inChain, type Ldap } from './ldap.js';

/** Groups around groups around a person: deeper or more than this is no directory but a mistake, or an attack. */
const DEEPEST = 20;
const MOST_GROUPS = 2000;
/** Names in one question. */
const BATCH = 50;

/** DNs of every group that the person is in. Rejects when they cannot all be read: a part of them is worth nothing. */
export async function groupsOf(
  ldap: Ldap,
  settings: DirectorySettings,
  person: Pick<FoundPerson, 'dn' | 'sid' | 'primaryGroup' | 'uid'>,
): Promise<readonly string[]> {
  if (settings.kind === 'active-directory') return await inActiveDirectory(ldap, settings, person);
  const memberUid = person.uid === null ? [] : [equals('memberUid', person.uid)];
  const direct = await find(ldap, settings, any(...aroundOne(person.dn), ...memberUid));
  return settings.nested === 'off' ? direct : await walk(ldap, settings, direct);
}

async function inActiveDirectory(
  ldap: Ldap,
  settings: DirectorySettings,
  { dn, sid, primaryGroup }: Pick<FoundPerson, 'dn' | 'sid' | 'primaryGroup'>,
): Promise<readonly string[]> {
  // the primary group (mostly Domain Users) does not list its members
  const primary =
    sid === null || primaryGroup === null
      ? []
      : await find(ldap, settings, equals('objectSid', sidOfPrimaryGroup(sid, primaryGroup)));
  if (settings.nested !== 'chain') {
    const direct = [...primary, ...(await find(ldap, settings, equals('member', dn)))];
    return settings.nested === 'off' ? direct : await walk(ldap, settings, direct);
  }
  const around = [dn, ...primary].map((one) => inChain('member', one));
  return [...new Set([...primary, ...(await find(ldap, settings, any(...around)))])];
}

/** A SID's last 32 bits are the number within its domain ([MS-DTYP] 2.4.2.2). */
export function sidOfPrimaryGroup(sid: Buffer, group: number): Buffer {
  const own = Buffer.from(sid);
  own.writeUInt32LE(group, own.length - 4);
  return own;
}

/** From group to group around it; one that was seen is not asked about again, so circles end. */
async function walk(
  ldap: Ldap,
  settings: DirectorySettings,
  direct: readonly string[],
): Promise<readonly string[]> {
  const seen = new Map<string, string>();
  let next = fresh(direct, seen);
  for (let depth = 1; next.length > 0; depth += 1) {
    if (depth > DEEPEST) throw new Error(`groups lie in groups more than ${DEEPEST} deep`);
    const found: string[] = [];
    for (let at = 0; at < next.length; at += BATCH)
      found.push(
        ...(await find(ldap, settings, any(...next.slice(at, at + BATCH).flatMap((dn) => aroundOne(dn))))),
      );
    next = fresh(found, seen);
  }
  return [...seen.values()];
}

function fresh(dns: readonly string[], seen: Map<string, string>): readonly string[] {
  const added = dns.filter((dn) => {
    const key = normalDn(dn) ?? dn;
    if (seen.has(key)) return false;
    seen.set(key, dn);
    return true;
  });
  if (seen.size > MOST_GROUPS) throw new Error(`the person is in more than ${MOST_GROUPS} groups`);
  return added;
}

function aroundOne(dn: string): ReturnType<typeof equals>[] {
  return [equals('member', dn), equals('uniqueMember', dn)];
}

async function find(
  ldap: Ldap,
  settings: DirectorySettings,
  filter: ReturnType<typeof equals>,
): Promise<readonly string[]> {
  const question = { filter, scope: 'sub', attributes: ['1.1'], most: MOST_GROUPS } as const;
  const { entries } = await ldap.search(settings.groupBase ?? settings.base, question);
  return entries.map(({ dn }) => dn);
}
