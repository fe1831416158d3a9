import type { DirectorySettings } from '#/contract/directory-calls.js';
import { failure } from '#/domain/failure.js';
import { checkName } from '#/domain/names.js';
import { done, failed } from '#/domain/outcome.js';
import { addBindAccount, changeBindAccount } from '../directory/bind-account.js';
import { leaveAll } from '../directory/recheck.js';
import { rotate } from '../directory/rotate.js';
import { directoryNamed, directoryRow, noteDirectory } from '../directory/rows.js';
import { trial } from '../directory/trial.js';
import type { DirectoryMap, StoredDirectory } from '../records/directories.js';
import type { Records } from '../records/records.js';
import { type Answer, CONSOLE, type Handlers, type Vault } from '../vault.js';

type Names =
  | 'admin.directory.add'
  | 'admin.directory.list'
  | 'admin.directory.set'
  | 'admin.directory.remove'
  | 'admin.directory.rotate'
  | 'admin.directory.test';

/** Out of the box a directory's auditors are ours. */
const AUDITORS = 'CyberArk_Auditors';

/** Directories, as the console manages them. */
export function adminDirectoryCalls(vault: Vault): Handlers<Names> {
  const { store } = vault;
  return {
    async 'admin.directory.add'({ name, bindDn, preset, settings }, _asking, password) {
      const why = nameProblem(name) ?? serversProblem(settings);
      if (why !== null) return failed(failure('BAD_INPUT', why));
      return await store.transaction(async (records): Promise<Answer<'admin.directory.add'>> => {
        if ((await records.directories.directory(name)) !== null)
          return failed(failure('ALREADY_EXISTS', `Directory ${name}`));
        const bindAccount = await addBindAccount(vault, records, { directory: name, dn: bindDn, password });
        if (!bindAccount.ok) return bindAccount;
        const directory = { name, settings, bindAccount: bindAccount.value, enabled: true, preset };
        await records.directories.putDirectory(directory);
        await records.directories.putMaps(name, await firstMaps(records));
        await noteDirectory(vault, records, CONSOLE, name, `added: ${aboutSettings(settings)}`);
        return done({ value: await directoryRow(records, directory) });
      });
    },
    'admin.directory.list': () =>
      store.transaction(async (records) => {
        const rows = [];
        for (const one of await records.directories.directories())
          rows.push(await directoryRow(records, one));
        return done({ value: rows });
      }),
    'admin.directory.set': (change, _asking, password) =>
      store.transaction(async (records): Promise<Answer<'admin.directory.set'>> => {
        const found = await directoryNamed(records, change.name);
        if (!found.ok) return found;
        const before = found.value;
        const after: StoredDirectory = {
          ...before,
          preset: change.preset ?? before.preset,
          enabled: change.enabled ?? before.enabled,
          settings: { ...before.settings, ...defined(change.settings ?? {}) },
        };
        const why = serversProblem(after.settings);
        if (why !== null) return failed(failure('BAD_INPUT', why));
        if (change.bindDn !== undefined || password.length > 0) {
          const bind = { dn: change.bindDn, password };
          const changed = await changeBindAccount(vault, records, before.bindAccount, bind);
          if (!changed.ok) return changed;
        }
        await records.directories.putDirectory(after);
        const { name: _name, settings = {}, ...rest } = change;
        const what = Object.keys({ ...rest, ...defined(settings) });
        const changed = [...what, ...(password.length > 0 ? ["bind user's password"] : [])].join(', ');
        await noteDirectory(
          vault,
          records,
          CONSOLE,
          before.name,
          `changed: ${changed}; ${aboutSettings(after.settings)}`,
        );
        return done({ value: await directoryRow(records, after) });
      }),
    async 'admin.directory.remove'({ name }) {
      const removed = await store.transaction(async (records) => {
        const found = await directoryNamed(records, name);
        if (!found.ok) return found;
        const people = await records.directories.usersOf(found.value.name);
        await records.directories.deleteDirectory(found.value.name);
        await records.accounts.deleteAccount(found.value.bindAccount);
        await noteDirectory(
          vault,
          records,
          CONSOLE,
          found.value.name,
          `removed; ${people.length} people had come from it`,
        );
        return done(people);
      });
      if (!removed.ok) return removed;
      await leaveAll(vault, removed.value, `the directory ${name} was removed`);
      return done({ value: null });
    },
    async 'admin.directory.rotate'({ name }) {
      const found = await store.transaction((records) => directoryNamed(records, name));
      if (!found.ok) return found;
      const outcome = await rotate(vault, found.value);
      if (outcome.ok) return done({ value: null });
      const { message } = outcome.failure;
      await store.transaction((records) =>
        noteDirectory(
          vault,
          records,
          CONSOLE,
          found.value.name,
          `rotation of the bind user: ${message}`,
          'failure',
        ),
      );
      return outcome;
    },
    async 'admin.directory.test'({ name, user }, _asking, password) {
      const found = await store.transaction((records) => directoryNamed(records, name));
      if (!found.ok) return found;
      const outcome = await trial(vault, found.value, user, password);
      return outcome.ok ? done({ value: outcome.value }) : outcome;
    },
  };
}

/** The name comes after the last @ of everybody who comes from there, and is an account's address. */
function nameProblem(name: string): string | null {
  const check = checkName('address', name);
  if (!check.ok) return `the name ${check.why}`;
  return name.toLowerCase() === 'vault' ? 'the name "vault" is the vault\'s own' : null;
}

function serversProblem({ servers, plain, keyAttribute }: DirectorySettings): string | null {
  const odd = servers.find(({ host }) => !checkName('address', host).ok);
  if (odd !== undefined) return `"${odd.host}" is not a host name or IP address`;
  // whoever can change bytes on the way could put a key of his own there
  if (plain && keyAttribute !== null)
    return 'SSH keys are only read over TLS: not together with plain LDAP (--key-attribute none)';
  return !plain && servers.some(({ port }) => port === 389)
    ? 'port 389 is plain LDAP: passwords would cross the network in clear. Use 636, or say --allow-plain'
    : null;
}

async function firstMaps(records: Records): Promise<readonly DirectoryMap[]> {
  const auditors = await records.people.groupByName('Auditors');
  if (auditors === null) return [];
  return [{ rule: { kind: 'group', group: AUDITORS }, rights: [], groups: [auditors.id], location: null }];
}

function aboutSettings({ servers, base, plain, keyAttribute }: DirectorySettings): string {
  const where = servers.map(({ host, port }) => `${host}:${port}`).join(', ');
  return `${plain ? 'PLAIN LDAP at ' : ''}${where}, base ${base}${keyAttribute === null ? '' : `, SSH keys in ${keyAttribute}`}`;
}

function defined<T extends object>(change: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const kept = Object.entries(change).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]: Exclude<T[K], undefined> };
}
