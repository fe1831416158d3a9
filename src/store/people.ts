import { createHash } from 'node:crypto';
import type { Selectable, Transaction } from 'kysely';
import type { GroupId, UserId } from '#/domain/ids.js';
import type { VaultRight } from '#/domain/permission.js';
import { type SecondFactorPolicy, strictestPolicy } from '#/domain/second-factor.js';
import type { Moment, PeopleRecords, User, UserChange, UserKey } from '#/vault/records/people.js';
import { type FixedQueries, fixedQuery } from './fixed-query.js';
import { groupRecords } from './groups.js';
import { enrolmentOf } from './second-factors.js';
import type { Tables } from './tables.js';
import { flag, nameKey } from './values.js';

const byId = fixedQuery((db, given: { readonly id: string }) =>
  db.selectFrom('users').selectAll().where('id', '=', given.id),
);
const groupsOf = fixedQuery((db, given: { readonly id: string }) =>
  db
    .selectFrom('group_members')
    .innerJoin('groups', 'groups.id', 'group_members.group_id')
    .select(['groups.id', 'groups.name', 'groups.second_factor'])
    .where('group_members.user_id', '=', given.id)
    .orderBy('groups.name'),
);
const ownRights = fixedQuery((db, given: { readonly id: string }) =>
  db.selectFrom('user_rights').select('right').where('user_id', '=', given.id),
);
const rightsOf = fixedQuery((db, given: { readonly id: string }) =>
  db
    .selectFrom('user_rights')
    .select('right')
    .where('user_id', '=', given.id)
    .union(
      db
        .selectFrom('group_rights')
        .innerJoin('group_members', 'group_members.group_id', 'group_rights.group_id')
        .select('group_rights.right')
        .where('group_members.user_id', '=', given.id),
    ),
);
const keysOf = fixedQuery((db, given: { readonly id: string }) =>
  db
    .selectFrom('user_keys')
    .select(['type', 'base64', 'fingerprint', 'comment', 'verify_required'])
    .where('user_id', '=', given.id),
);

export function peopleRecords(db: Transaction<Tables>, fixed: FixedQueries): PeopleRecords {
  return {
    ...groupRecords(db),
    async user(id) {
      const row = await fixed.first(byId, { id });
      return row === undefined ? null : await complete(fixed, row);
    },
    async userByName(name) {
      const row = await db
        .selectFrom('users')
        .selectAll()
        .where('name_key', '=', nameKey(name))
        .executeTakeFirst();
      return row === undefined ? null : await complete(fixed, row);
    },
    async users() {
      const rows = await db.selectFrom('users').selectAll().orderBy('name_key').execute();
      const users: User[] = [];
      for (const row of rows) users.push(await complete(fixed, row));
      return users;
    },
    async addUser({ id, name, passwordHash, mustChangePassword, disabled, expiresAt, logonHours, rights }) {
      await db
        .insertInto('users')
        .values({
          id,
          name,
          name_key: nameKey(name),
          password_hash: passwordHash,
          must_change: flag(mustChangePassword),
          disabled: flag(disabled),
          expires_at: expiresAt,
          logon_hours: logonHours,
          last_success_at: null,
          last_success_from: null,
          last_failure_at: null,
          last_failure_from: null,
        })
        .execute();
      for (const right of rights) await db.insertInto('user_rights').values({ user_id: id, right }).execute();
    },
    async changeUser(id, change) {
      const set = columnsOf(change);
      if (Object.keys(set).length > 0) await db.updateTable('users').set(set).where('id', '=', id).execute();
    },
    async addKey(id, key) {
      await db
        .insertInto('user_keys')
        .values({ user_id: id, ...keyColumns(key) })
        .execute();
    },
    async removeKey(id, fingerprint) {
      const result = await db
        .deleteFrom('user_keys')
        .where('user_id', '=', id)
        .where('fingerprint', '=', fingerprint)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
    async failedLogins(name, from) {
      const row = await db
        .selectFrom('attempts')
        .selectAll()
        .where('name_hash', '=', attemptsKey(name))
        .where('source', '=', from)
        .executeTakeFirst();
      return row === undefined
        ? null
        : { failures: row.failures, lastFailureAt: row.last_failure_at, lockedUntil: row.locked_until };
    },
    async saveFailedLogins(name, from, { failures, lastFailureAt, lockedUntil }, forget) {
      const values = { failures, last_failure_at: lastFailureAt, locked_until: lockedUntil };
      await db.deleteFrom('attempts').where('last_failure_at', '<', forget).execute();
      await db
        .insertInto('attempts')
        .values({ name_hash: attemptsKey(name), source: from, ...values })
        .onConflict((is) => is.columns(['name_hash', 'source']).doUpdateSet(values))
        .execute();
    },
    async lockedUntil(name, now) {
      const row = await db
        .selectFrom('attempts')
        .select((e) => e.fn.max('locked_until').as('until'))
        .where('name_hash', '=', attemptsKey(name))
        .executeTakeFirst();
      const until = row?.until ?? null;
      return until !== null && until > now ? until : null;
    },
    async unlock(name) {
      await db.deleteFrom('attempts').where('name_hash', '=', attemptsKey(name)).execute();
    },
  };
}

/** Names that were typed may be passwords typed in the wrong field: only their hash is kept. */
function attemptsKey(name: string): string {
  return createHash('sha256').update(name.toLowerCase(), 'utf8').digest('hex');
}

async function complete(fixed: FixedQueries, row: Selectable<Tables['users']>): Promise<User> {
  const { id } = row;
  const groups = await fixed.rows(groupsOf, { id });
  const own = await fixed.rows(ownRights, { id });
  const rights = await fixed.rows(rightsOf, { id });
  const keys = await fixed.rows(keysOf, { id });
  return {
    id: row.id as UserId,
    name: row.name,
    passwordHash: row.password_hash,
    mustChangePassword: row.must_change === 1,
    disabled: row.disabled === 1,
    expiresAt: row.expires_at,
    logonHours: row.logon_hours,
    lastSuccess: moment(row.last_success_at, row.last_success_from),
    lastFailure: moment(row.last_failure_at, row.last_failure_from),
    rights: rights.map((one) => one.right as VaultRight),
    ownRights: own.map((one) => one.right as VaultRight),
    groupIds: groups.map((one) => one.id as GroupId),
    groups: groups.map((one) => one.name),
    publicKeys: keys.map(({ verify_required: verify, ...key }) => ({ ...key, verifyRequired: verify === 1 })),
    secondFactor: {
      policy: strictestPolicy(groups.map((one) => one.second_factor as SecondFactorPolicy)),
      ...(await enrolmentOf(fixed, row.id)),
    },
  };
}

function keyColumns({ verifyRequired, ...key }: UserKey) {
  return { ...key, verify_required: flag(verifyRequired) };
}

function moment(at: number | null, from: string | null): Moment | null {
  return at === null ? null : { at, from: from ?? '' };
}

function columnsOf(change: UserChange): Partial<Selectable<Tables['users']>> {
  return {
    ...(change.passwordHash === undefined ? {} : { password_hash: change.passwordHash }),
    ...(change.mustChangePassword === undefined ? {} : { must_change: flag(change.mustChangePassword) }),
    ...(change.disabled === undefined ? {} : { disabled: flag(change.disabled) }),
    ...(change.expiresAt === undefined ? {} : { expires_at: change.expiresAt }),
    ...(change.logonHours === undefined ? {} : { logon_hours: change.logonHours }),
    ...(change.lastSuccess === undefined
      ? {}
      : { last_success_at: change.lastSuccess.at, last_success_from: change.lastSuccess.from }),
    ...(change.lastFailure === undefined
      ? {}
      : { last_failure_at: change.lastFailure.at, last_failure_from: change.lastFailure.from }),
  };
}
