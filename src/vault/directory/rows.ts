import type { DirectoryMapRow, DirectoryRow } from '#/contract/directory-rows.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { ruleText } from '#/policy/directory-map.js';
import type { DirectoryMap, StoredDirectory } from '../records/directories.js';
import type { Records } from '../records/records.js';
import type { Doer, Vault } from '../vault.js';

export async function directoryNamed(records: Records, name: string): Promise<Outcome<StoredDirectory>> {
  const directory = await records.directories.directory(name);
  return directory === null ? failed(failure('NOT_FOUND', `Directory ${name}`)) : done(directory);
}

export async function directoryRow(records: Records, directory: StoredDirectory): Promise<DirectoryRow> {
  const { name, enabled, preset, settings, bindAccount } = directory;
  const account = await records.accounts.account(bindAccount);
  return {
    name,
    enabled,
    preset,
    bindDn: account?.user ?? '(gone from VaultInternal)',
    settings,
    maps: await mapRows(records, await records.directories.maps(name)),
    people: (await records.directories.usersOf(name)).length,
  };
}

export async function mapRows(
  records: Records,
  maps: readonly DirectoryMap[],
): Promise<readonly DirectoryMapRow[]> {
  const names = new Map((await records.people.groups()).map((group) => [group.id, group.name]));
  return maps.map(({ rule, groups, rights, location }, index) => ({
    position: index + 1,
    rule: ruleText(rule),
    groups: groups.map((id) => names.get(id) ?? '(deleted)'),
    rights,
    location,
  }));
}

export async function noteDirectory(
  vault: Vault,
  records: Records,
  doer: Doer,
  target: string,
  detail: string,
  outcome: 'ok' | 'failure' = 'ok',
): Promise<void> {
  await vault.journal.append(records.audit, {
    ...doer,
    action: 'directoryChanged',
    outcome,
    target,
    detail,
  });
}
