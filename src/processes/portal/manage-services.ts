import type { CallArgs, CallName, CallResult } from '#/contract/calls.js';
import { encodeSecretPayload } from '#/contract/secret-payload.js';
import type { Outcome } from '#/domain/outcome.js';
import type { ManageServices, TypedSecret } from '#/portal/manage-services.js';

type Ticketed = { [K in CallName]: CallArgs<K> extends { readonly ticket: string } ? K : never }[CallName];
/** Asks the vault for the person. */
export type Ask = <K extends Ticketed>(
  call: K,
  args: Omit<CallArgs<K>, 'ticket'>,
  blob?: Buffer,
) => Promise<Outcome<CallResult<K>>>;

/** What people manage, as calls of the vault. */
export function manageServices(ask: Ask): ManageServices {
  return {
    addAccount: (wanted, typed) => sealed(typed, (blob) => ask('person.account.add', wanted, blob)),
    setAccountSecret: (accountId, secretKind, typed) =>
      sealed(typed, (blob) => ask('person.account.setSecret', { accountId, secretKind }, blob)),
    setAccount: (accountId, change) => ask('person.account.setProperties', { accountId, ...change }),
    renameAccount: (accountId, name) => ask('person.account.rename', { accountId, ...name }),
    deleteAccount: (accountId) => ask('person.account.delete', { accountId }),
    users: () => ask('person.users', {}),
    addUser: (wanted, password) =>
      ask(
        'person.user.add',
        { ...wanted, groups: [...wanted.groups], rights: [], expiresAt: null, logonHours: null },
        password,
      ),
    setUser: (name, { rights, groups, ...rest }) =>
      ask('person.user.set', {
        name,
        ...rest,
        ...(rights === undefined ? {} : { rights: [...rights] }),
        ...(groups === undefined ? {} : { groups: [...groups] }),
      }),
    disableUser: (name) => ask('person.user.set', { name, disabled: true }),
    activateUser: (name) => ask('person.user.activate', { name }),
    resetPassword: (name, password) => ask('person.user.resetPassword', { name }, password),
    resetSecondFactor: (name) => ask('person.user.secondFactor.reset', { name }),
    addUserKey: (name, key) => ask('person.user.key.add', { name, key }),
    removeUserKey: (name, fingerprint) => ask('person.user.key.remove', { name, fingerprint }),
    groups: () => ask('person.groups', {}),
    addGroup: (name) => ask('person.group.add', { name }),
    setGroup: (name, secondFactor) => ask('person.group.set', { name, secondFactor }),
    putInGroup: (group, user, present) => ask('person.group.member', { group, user, present }),
    deleteGroup: (name) => ask('person.group.delete', { name }),
    directories: () => ask('person.directories', {}),
    addMap: (name, position, map) => ask('person.directory.map.add', { name, position, map }),
    removeMap: (name, position) => ask('person.directory.map.remove', { name, position }),
    moveMap: (name, from, to) => ask('person.directory.map.move', { name, from, to }),
    tryDirectory: (name, user) => ask('person.directory.test', { name, user }),
    addSafe: (name) => ask('person.safe.add', { name }),
    renameSafe: (safe, name) => ask('person.safe.rename', { safe, name }),
    deleteSafe: (safe) => ask('person.safe.delete', { safe }),
  };
}

async function sealed<T>(
  { secret, passphrase }: TypedSecret,
  send: (blob: Buffer) => Promise<T>,
): Promise<T> {
  const payload = encodeSecretPayload(secret, passphrase);
  return await send(payload).finally(() => payload.fill(0));
}
