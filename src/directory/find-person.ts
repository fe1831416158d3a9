import type { DirectoryPerson, DirectorySettings } from '#/contract/directory-calls.js';
import { normalDn } from '#/domain/dn.js';
import { STATE_ATTRIBUTES, stateOf } from './account-state.js';
import { all, any, type Entry, equals, type Ldap, type Question } from './ldap.js';

/** An entry as it was found, before its groups were. */
export interface FoundPerson extends Omit<DirectoryPerson, 'groups'> {
  /** Active Directory's SID, as bytes; its domain's with the number of the primary group names that one. */
  readonly sid: Buffer | null;
  readonly primaryGroup: number | null;
  /** For groups that list names instead of DNs (posixGroup). */
  readonly uid: string | null;
}

export type Search =
  | { readonly kind: 'one'; readonly person: FoundPerson }
  | { readonly kind: 'none' | 'many' };

/** Which of a server's attributes names an entry for good. */
export function idAttribute({ kind }: Pick<DirectorySettings, 'kind'>): 'objectGUID' | 'entryUUID' {
  return kind === 'active-directory' ? 'objectGUID' : 'entryUUID';
}

/** Finds the one entry that a person means by what he typed. Rejects when the server could not be asked. */
export async function findByName(
  ldap: Ldap,
  settings: DirectorySettings,
  typed: string,
  wanted: readonly string[],
): Promise<Search> {
  const names = settings.userAttributes.map((attribute) => equals(attribute, typed));
  const filter = all(equals('objectClass', settings.userClass), any(...names));
  const { entries } = await ldap.search(settings.base, question(settings, filter, wanted, 'sub'));
  return oneOf(entries, settings);
}

/** Finds an entry again by what stays when it is renamed or moved. */
export async function findById(
  ldap: Ldap,
  settings: DirectorySettings,
  { id, dn }: { readonly id: string; readonly dn: string },
  wanted: readonly string[],
): Promise<Search> {
  if (id.startsWith('dn:')) {
    const filter = equals('objectClass', settings.userClass);
    const { entries } = await ldap.search(dn, question(settings, filter, wanted, 'base'));
    return oneOf(entries, settings);
  }
  const value = settings.kind === 'active-directory' ? Buffer.from(id, 'hex') : id;
  const filter = all(equals('objectClass', settings.userClass), equals(idAttribute(settings), value));
  const { entries } = await ldap.search(settings.base, question(settings, filter, wanted, 'sub'));
  return oneOf(entries, settings);
}

function question(
  settings: DirectorySettings,
  filter: Question['filter'],
  wanted: readonly string[],
  scope: Question['scope'],
): Question {
  const attributes = [
    ...settings.userAttributes,
    idAttribute(settings),
    'uid',
    'objectSid',
    'primaryGroupID',
    ...STATE_ATTRIBUTES,
    ...wanted,
  ];
  // two are enough to know that it is not one; a few more, or the server says "too many" in its own words
  return {
    filter,
    scope,
    attributes: [...new Set(attributes)],
    binary: ['objectGUID', 'objectSid'],
    most: 20,
  };
}

function oneOf(entries: readonly Entry[], settings: DirectorySettings): Search {
  const [entry, second] = entries;
  if (entry === undefined) return { kind: 'none' };
  const person = second === undefined ? personOf(entry, settings) : null;
  return person === null ? { kind: 'many' } : { kind: 'one', person };
}

/** Null: the entry does not have the attribute that names people. */
function personOf({ dn, values }: Entry, settings: DirectorySettings): FoundPerson | null {
  const texts = (name: string): readonly string[] =>
    (values[name.toLowerCase()] ?? []).filter((one) => typeof one === 'string');
  const [name] = texts(settings.userAttributes[0] ?? '');
  const normal = normalDn(dn);
  if (name === undefined || normal === null) return null;
  const given = values[idAttribute(settings).toLowerCase()]?.[0];
  const sid = values['objectsid']?.[0];
  const attributes = Object.keys(values).map((one) => [one, texts(one)] as const);
  return {
    id: given === undefined ? `dn:${normal}` : Buffer.isBuffer(given) ? given.toString('hex') : given,
    dn,
    name,
    attributes: Object.fromEntries(attributes),
    state: stateOf(values, Date.now()),
    sid: Buffer.isBuffer(sid) ? sid : null,
    primaryGroup: Number(texts('primaryGroupID')[0] ?? '') || null,
    uid: texts('uid')[0] ?? null,
  };
}
