import type { CallArgs } from '#/contract/calls.js';
import { type Failure, failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { VaultRight } from '#/domain/permission.js';
import { type Holder, outOfReach } from '#/policy/delegation.js';
import { forgetFirstPassword } from '../first-password.js';
import { groupChanges, putInGroup } from '../group-members.js';
import { managedUser } from '../managed-user.js';
import { withVaultRight } from '../person-rights.js';
import type { Person } from '../persons.js';
import type { User } from '../records/people.js';
import type { Answer, Asking, Handlers, Vault } from '../vault.js';
import {
  badHours,
  hoursAreFine,
  insertUser,
  newUserProblem,
  note,
  ofDirectory,
  rowOf,
  setRights,
} from './admin-users.js';

type Names =
  | 'person.users'
  | 'person.user.add'
  | 'person.user.set'
  | 'person.user.resetPassword'
  | 'person.user.activate';

/** Users, as people manage them who hold a right on the vault. Nobody manages himself, or who can do more than he can. */
export function personUserCalls(vault: Vault): Handlers<Names> {
  return {
    'person.users': (args, asking) =>
      withVaultRight(vault, 'person.users', args, asking, async ({ records }) => {
        const rows = [];
        for (const user of await records.people.users()) rows.push(await rowOf(vault, records, user));
        return done({ value: rows });
      }),
    'person.user.add': (args, asking, password) => add(vault, args, asking, password),
    'person.user.set': (args, asking) =>
      withVaultRight(vault, 'person.user.set', args, asking, (person) => set(vault, person, args)),
    'person.user.resetPassword': (args, asking, password) => resetPassword(vault, args, asking, password),
    'person.user.activate': (args, asking) =>
      withVaultRight(vault, 'person.user.activate', args, asking, async (person) => {
        const found = await managedUser(person, args.name);
        if (!found.ok) return found;
        const { id, name, passwordHash, publicKeys } = found.value;
        const external = await person.records.directories.directoryUser(id);
        if (external === null && passwordHash === null && publicKeys.length === 0)
          return failed(failure('BAD_INPUT', `user ${name} has no password yet`));
        await person.records.people.changeUser(id, { disabled: false });
        await person.records.people.unlock(name);
        return await noted(vault, person, found.value, 'activated');
      }),
  };
}

async function add(
  vault: Vault,
  args: CallArgs<'person.user.add'>,
  asking: Asking,
  password: Buffer,
): Promise<Answer<'person.user.add'>> {
  const { ticket: _, ...rest } = args;
  const wanted = { ...rest, mustChange: true };
  // asked before a password is hashed for it, which costs, and again when the user is made
  const may = await withVaultRight(vault, 'person.user.add', args, asking, (person) =>
    Promise.resolve(giveable(person, wanted)),
  );
  if (!may.ok) return may;
  const problem = newUserProblem(vault, wanted) ?? weakness(vault, password, args.name);
  if (problem !== null) return failed(problem);
  const passwordHash = await vault.authentication.hash(password);
  return await withVaultRight(vault, 'person.user.add', args, asking, async (person) => {
    const still = giveable(person, wanted);
    if (!still.ok) return still;
    const added = await insertUser(vault, person.records, person.about, wanted, passwordHash);
    return added.ok ? done({ value: null }) : added;
  });
}

async function set(
  vault: Vault,
  person: Person,
  args: CallArgs<'person.user.set'>,
): Promise<Answer<'person.user.set'>> {
  if (!hoursAreFine(vault, args.logonHours)) return badHours();
  const found = await managedUser(person, args.name);
  if (!found.ok) return found;
  const { disabled, expiresAt, logonHours, rights, groups } = args;
  const user = found.value;
  const moves = groups === undefined ? null : await groupChanges(person, user, groups);
  if (moves !== null && !moves.ok) return moves;
  if (rights !== undefined) {
    const given = await giveRights(vault, person, user, rights);
    if (!given.ok) return given;
  }
  for (const group of moves?.value.removed ?? []) await putInGroup(vault, person, group, user, false);
  for (const group of moves?.value.added ?? []) await putInGroup(vault, person, group, user, true);
  const change = {
    ...(disabled === undefined ? {} : { disabled }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(logonHours === undefined ? {} : { logonHours }),
  };
  if (Object.keys(change).length === 0) return done({ value: null });
  await person.records.people.changeUser(user.id, change);
  if (disabled === true) await vault.tickets.dropUser(person.records, user.id);
  const words = Object.entries(change).map(([key, value]) => `${key}=${String(value)}`);
  return await noted(vault, person, user, words.join(' '));
}

async function resetPassword(
  vault: Vault,
  args: CallArgs<'person.user.resetPassword'>,
  asking: Asking,
  password: Buffer,
): Promise<Answer<'person.user.resetPassword'>> {
  const call = 'person.user.resetPassword';
  const may = await withVaultRight(vault, call, args, asking, async (person) => {
    const found = await withOwnPassword(person, args.name);
    return found.ok ? done({ value: null }) : found;
  });
  if (!may.ok) return may;
  const weak = weakness(vault, password, args.name);
  if (weak !== null) return failed(weak);
  const passwordHash = await vault.authentication.hash(password);
  const changed = await withVaultRight(vault, call, args, asking, async (person) => {
    const found = await withOwnPassword(person, args.name);
    if (!found.ok) return found;
    await person.records.people.changeUser(found.value.id, { passwordHash, mustChangePassword: true });
    await vault.tickets.dropUser(person.records, found.value.id);
    return await noted(vault, person, found.value, 'password set, must be changed');
  });
  if (changed.ok) await forgetFirstPassword(vault, args.name);
  return changed;
}

/** The user, when he may be managed and his password is the vault's to change. */
async function withOwnPassword(person: Person, name: string): Promise<Outcome<User>> {
  const found = await managedUser(person, name);
  if (!found.ok) return found;
  const external = await person.records.directories.directoryUser(found.value.id);
  return external === null ? found : failed(ofDirectory(found.value, external));
}

/** What he has of his own; only rights that the person holds himself can come or go. */
async function giveRights(
  vault: Vault,
  person: Person,
  user: User,
  wanted: readonly VaultRight[],
): Promise<Answer<'person.user.set'>> {
  const beyond = outOfReach(person.user, { rights: wanted, groups: [] }, []);
  if (beyond !== null) return failed(failure('DENIED', beyond));
  return await setRights(vault, person.records, person.about, user, wanted);
}

/** Nobody gives rights, or a place in groups, that are not his own. */
function giveable({ user: me }: Person, wanted: Holder): Answer<'person.user.add'> {
  const why = outOfReach(me, wanted, wanted.groups);
  return why === null ? done({ value: null }) : failed(failure('DENIED', why));
}

function weakness(vault: Vault, password: Buffer, name: string): Failure | null {
  const check = vault.authentication.checkNewPassword(password, name);
  return check.ok ? null : failure('PASSWORD_TOO_WEAK', check.why);
}

async function noted(
  vault: Vault,
  { records, about }: Person,
  user: User,
  detail: string,
): Promise<Answer<'person.user.set'>> {
  await note(vault, records, user.name, detail, about);
  return done({ value: null });
}
