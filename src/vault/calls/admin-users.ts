import { type Failure, failure } from '#/domain/failure.js';
import { makeId } from '#/domain/ids.js';
import { checkName } from '#/domain/names.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { addKey, removeKey, resetFactor } from '../change-factors.js';
import { forgetFirstPassword } from '../first-password.js';
import type { User } from '../records/people.js';
import type { Records } from '../records/records.js';
import { userRow } from '../rows.js';
import { type Answer, CONSOLE, type Doer, type Handlers, type Vault } from '../vault.js';

type Names =
  | 'admin.user.add'
  | 'admin.user.list'
  | 'admin.user.set'
  | 'admin.user.passwd'
  | 'admin.user.secondFactor.reset'
  | 'admin.user.key.add'
  | 'admin.user.key.remove';

/** Users, as the console manages them. */
export function adminUserCalls(vault: Vault): Handlers<Names> {
  const { store, authentication, tickets } = vault;
  return {
    'admin.user.add': (args, _asking, password) => addUser(vault, args, password),
    'admin.user.list': () =>
      store.transaction(async (records) => {
        const rows = [];
        for (const user of await records.people.users()) rows.push(await rowOf(vault, records, user));
        return done({ value: rows });
      }),
    'admin.user.set': ({ name, unlock, rights, ...change }) =>
      withUser<'admin.user.set'>(vault, name, async (user, records) => {
        if (!hoursAreFine(vault, change.logonHours)) return badHours();
        if (rights !== undefined) {
          const given = await setRights(vault, records, CONSOLE, user, rights);
          if (!given.ok) return given;
        }
        const external = (await records.directories.directoryUser(user.id)) !== null;
        if (
          change.disabled === false &&
          user.passwordHash === null &&
          user.publicKeys.length === 0 &&
          !external
        )
          return failed(
            failure('BAD_INPUT', `user ${user.name} has no password yet: postern user passwd ${user.name}`),
          );
        await records.people.changeUser(user.id, defined(change));
        if (unlock === true) await records.people.unlock(user.name);
        const words = [
          ...Object.entries(change).map(([key, value]) => `${key}=${String(value)}`),
          ...(unlock === true ? ['unlocked'] : []),
        ];
        if (words.length > 0) await note(vault, records, user.name, words.join(' '));
        if (change.disabled === true) await tickets.dropUser(records, user.id);
        const after = await records.people.user(user.id);
        return done({ value: await rowOf(vault, records, after ?? user) });
      }),
    async 'admin.user.passwd'({ name, mustChange }, _asking, password) {
      const why = passwordProblem(password);
      if (why !== null) return failed(failure('PASSWORD_TOO_WEAK', why));
      const passwordHash = await authentication.hash(password);
      const changed = await withUser<'admin.user.passwd'>(vault, name, async (user, records) => {
        const external = await records.directories.directoryUser(user.id);
        if (external !== null) return failed(ofDirectory(user, external));
        // a built-in user that never had a password was disabled for that reason only
        const firstPassword = user.passwordHash === null && user.disabled;
        await records.people.changeUser(user.id, {
          passwordHash,
          mustChangePassword: mustChange,
          ...(firstPassword ? { disabled: false } : {}),
        });
        await records.people.unlock(user.name);
        await tickets.dropUser(records, user.id);
        await note(
          vault,
          records,
          user.name,
          `password set${mustChange ? ', must be changed' : ''}${firstPassword ? ', enabled' : ''}`,
        );
        return done({ value: null });
      });
      if (changed.ok) await forgetFirstPassword(vault, name);
      return changed;
    },
    'admin.user.secondFactor.reset': ({ name }) =>
      withUser<'admin.user.secondFactor.reset'>(vault, name, (user, records) =>
        resetFactor(vault, { records, about: CONSOLE }, user),
      ),
    'admin.user.key.add': ({ name, key }) =>
      withUser<'admin.user.key.add'>(vault, name, (user, records) =>
        addKey(vault, { records, about: CONSOLE }, user, key),
      ),
    'admin.user.key.remove': ({ name, fingerprint }) =>
      withUser<'admin.user.key.remove'>(vault, name, (user, records) =>
        removeKey(vault, { records, about: CONSOLE }, user, fingerprint),
      ),
  };
}

export interface NewUserArgs {
  readonly name: string;
  readonly groups: readonly string[];
  readonly mustChange: boolean;
  readonly rights: User['rights'];
  readonly expiresAt: number | null;
  readonly logonHours: string | null;
}

async function addUser(vault: Vault, args: NewUserArgs, password: Buffer): Promise<Answer<'admin.user.add'>> {
  const why = passwordProblem(password);
  if (why !== null) return failed(failure('PASSWORD_TOO_WEAK', why));
  const problem = newUserProblem(vault, args);
  if (problem !== null) return failed(problem);
  const passwordHash = await vault.authentication.hash(password);
  return await vault.store.transaction((records) => insertUser(vault, records, CONSOLE, args, passwordHash));
}

/** What can be said of a new user without the books, before a password is hashed, which costs. */
export function newUserProblem(vault: Vault, args: NewUserArgs): Failure | null {
  const check = checkName('user', args.name);
  if (!check.ok) return failure('BAD_INPUT', `the name ${check.why}`);
  return hoursAreFine(vault, args.logonHours) ? null : badHours().failure;
}

/** Adds a user, for whoever may. */
export async function insertUser(
  vault: Vault,
  records: Records,
  doer: Doer,
  args: NewUserArgs,
  passwordHash: string,
): Promise<Answer<'admin.user.add'>> {
  const check = checkName('user', args.name);
  if (!check.ok) return failed(failure('BAD_INPUT', `the name ${check.why}`));
  if ((await records.people.userByName(check.name)) !== null)
    return failed(failure('ALREADY_EXISTS', `User ${check.name}`));
  const suffix = check.name.includes('@') ? check.name.slice(check.name.lastIndexOf('@') + 1) : '';
  if (suffix !== '' && (await records.directories.directory(suffix)) !== null)
    return failed(failure('BAD_INPUT', `names that end in @${suffix} are those of the directory ${suffix}`));
  const groups = await groupIds(records, args.groups);
  if (!groups.ok) return groups;
  const id = makeId('user', vault.random(20));
  const { mustChange: mustChangePassword, expiresAt, logonHours, rights } = args;
  await records.people.addUser({
    id,
    name: check.name,
    passwordHash,
    mustChangePassword,
    disabled: false,
    expiresAt,
    logonHours,
    rights,
  });
  for (const group of groups.value) await records.people.setGroupMember(group, id, true);
  const inGroups = args.groups.length > 0 ? `, groups ${args.groups.join(', ')}` : '';
  const holding = rights.length > 0 ? `, rights ${rights.join(', ')}` : '';
  await note(vault, records, check.name, `added${inGroups}${holding}`, doer);
  const user = await records.people.user(id);
  return user === null
    ? failed(failure('INTERNAL', 'the user is not there'))
    : done({ value: await rowOf(vault, records, user) });
}

async function groupIds(records: Records, names: readonly string[]) {
  const ids = [];
  for (const name of names) {
    const group = await records.people.groupByName(name);
    if (group === null) return failed(failure('NOT_FOUND', `Group ${name}`));
    ids.push(group.id);
  }
  return done(ids);
}

async function withUser<K extends Names>(
  vault: Vault,
  name: string,
  work: (user: User, records: Records) => Promise<Answer<K>>,
): Promise<Answer<K>> {
  return await vault.store.transaction(async (records): Promise<Answer<K>> => {
    const user = await records.people.userByName(name);
    return user === null ? failed(failure('NOT_FOUND', `User ${name}`)) : await work(user, records);
  });
}

export async function rowOf(vault: Vault, records: Records, user: User) {
  const from = await records.directories.directoryUser(user.id);
  return userRow(user, await records.people.lockedUntil(user.name, vault.now()), from?.directory ?? null);
}

/** In place of the rights that he had of his own. */
export async function setRights(
  vault: Vault,
  records: Records,
  doer: Doer,
  user: User,
  rights: User['rights'],
): Promise<Outcome<{ readonly value: null }>> {
  const from = await records.directories.directoryUser(user.id);
  if (from !== null)
    return failed(
      failure('BAD_INPUT', `${user.name} has the rights that the maps of directory ${from.directory} give`),
    );
  await records.directories.setRights(user.id, rights);
  await note(vault, records, user.name, `rights: ${rights.length === 0 ? 'none' : rights.join(', ')}`, doer);
  return done({ value: null });
}

export async function note(
  vault: Vault,
  records: Records,
  target: string,
  detail: string,
  doer: Doer = CONSOLE,
): Promise<void> {
  await vault.journal.append(records.audit, {
    ...doer,
    action: 'userChanged',
    outcome: 'ok',
    target,
    detail,
  });
}

/** Why nobody sets him a password here. */
export function ofDirectory(user: User, { directory }: { readonly directory: string }): Failure {
  return failure('BAD_INPUT', `${user.name} has the password of the directory ${directory}`);
}

/** The console sets what it is told, within what can be typed at a login at all; people's own changes obey stricter rules. */
function passwordProblem(password: Buffer): string | null {
  if (password.length === 0) return 'it is empty.';
  if (password.length > 1024) return 'it has more than 1024 bytes.';
  return /[\p{Cc}]/u.test(password.toString('utf8')) ? 'it has control characters in it.' : null;
}

export function hoursAreFine(vault: Vault, hours: string | null | undefined): boolean {
  return hours === null || hours === undefined || vault.authentication.validHours(hours);
}

export function badHours(): ReturnType<typeof failed> {
  return failed(failure('BAD_INPUT', 'logon hours read like "Mon-Fri 08:00-18:00, Sat 09:00-12:00" (UTC)'));
}

/** Without the keys that are undefined. */
function defined(change: {
  readonly disabled?: boolean | undefined;
  readonly expiresAt?: number | null | undefined;
  readonly logonHours?: string | null | undefined;
}) {
  return {
    ...(change.disabled === undefined ? {} : { disabled: change.disabled }),
    ...(change.expiresAt === undefined ? {} : { expiresAt: change.expiresAt }),
    ...(change.logonHours === undefined ? {} : { logonHours: change.logonHours }),
  };
}
