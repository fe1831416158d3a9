import { effectivePermissions } from '#/policy/grants.js';
import { subjectOf } from '../persons.js';
import type { DirectoryUser, StoredDirectory } from '../records/directories.js';
import type { User } from '../records/people.js';
import type { Records } from '../records/records.js';
import type { StoredSession } from '../records/sessions.js';
import { noteTermination, terminate } from '../terminate.js';
import type { Vault } from '../vault.js';
import { askDirectory } from './ask-directory.js';
import { enrol, stripped } from './enrol.js';

/** Milliseconds between two looks: with the time that slow servers may take, well below the minute that is promised. */
export const LOOK_AGAIN = 15_000;

/**
 * Asks directories about everybody who is logged in or has a session. Who is gone, disabled or without a map is logged out
 * and his sessions end; who lost a group loses the sessions that it allowed. A directory that does not answer changes
 * nothing: who is in stays in, and nobody else comes.
 */
export function createRecheck(vault: Vault): () => Promise<void> {
  const silent = new Set<string>();
  return async () => {
    if (vault.keyring.sealed) return;
    const directories = await vault.store.transaction((records) => records.directories.directories());
    await Promise.all(directories.map((directory) => recheck(vault, directory, silent)));
  };
}

async function recheck(vault: Vault, directory: StoredDirectory, silent: Set<string>): Promise<void> {
  const members = await vault.store.transaction((records) => records.directories.active(directory.name));
  if (members.length === 0) return;
  if (!directory.enabled)
    return await leaveAll(vault, members, `the directory ${directory.name} is disabled`);
  const people = members.map(({ externalId, dn }) => ({ id: externalId, dn }));
  const outcome = await askDirectory(vault, directory, 'directory.lookUp', { people });
  if (!outcome.ok || outcome.value.kind === 'unavailable') {
    const why = !outcome.ok
      ? outcome.failure.message
      : outcome.value.kind === 'unavailable'
        ? `${outcome.value.server}, ${outcome.value.step}: ${outcome.value.detail}`
        : '';
    return await noteTrouble(vault, directory, why, silent);
  }
  silent.delete(directory.name);
  const found = new Map(outcome.value.people.map(({ id, person }) => [id, person]));
  for (const member of members) {
    const person = found.get(member.externalId) ?? null;
    const enrolled =
      person === null
        ? null
        : await vault.store.transaction((records) => enrol(vault, records, directory, person));
    if (enrolled?.kind === 'in') await keepWhatIsAllowed(vault, enrolled.user, directory);
    else await leave(vault, member, `directory ${directory.name}: ${enrolled?.reason ?? 'gone'}`);
  }
}

export async function leaveAll(vault: Vault, members: readonly DirectoryUser[], why: string): Promise<void> {
  for (const member of members) await leave(vault, member, why);
}

/** Everything that he has from the directory ends: rights, logins, sessions. */
async function leave(vault: Vault, member: DirectoryUser, why: string): Promise<void> {
  const sessions = await vault.store.transaction(async (records) => {
    const user = await stripped(vault, records, member);
    if (user === null) return [];
    await vault.tickets.dropUser(records, user.id);
    await vault.journal.append(records.audit, {
      action: 'logoff',
      outcome: 'ok',
      actor: user.name,
      gateway: null,
      detail: why,
    });
    return await openSessions(records, user);
  });
  for (const session of sessions) await end(vault, session, member.directory, why);
}

async function keepWhatIsAllowed(vault: Vault, user: User, directory: StoredDirectory): Promise<void> {
  const lost = await vault.store.transaction(async (records) => {
    const ended: StoredSession[] = [];
    for (const session of await openSessions(records, user)) {
      const memberships = await records.safes.memberships(session.safeId);
      const may = effectivePermissions(subjectOf(user), memberships, vault.now());
      if (!may.has('useAccounts') || !may.has('listAccounts')) ended.push(session);
    }
    return ended;
  });
  for (const session of lost)
    await end(vault, session, directory.name, `${user.name} may no longer use accounts of ${session.safe}`);
}

async function openSessions(records: Records, user: User): Promise<readonly StoredSession[]> {
  return (await records.sessions.open()).filter(({ userId }) => userId === user.id);
}

async function end(vault: Vault, session: StoredSession, directory: string, reason: string): Promise<void> {
  const by = `directory ${directory}`;
  const termination = { session, by, reason, kind: 'terminated' } as const;
  await vault.store.transaction((records) =>
    noteTermination(vault, records, termination, { actor: by, gateway: null, from: null }),
  );
  await terminate(vault, termination);
}

/** Once, until it answers again. */
async function noteTrouble(
  vault: Vault,
  directory: StoredDirectory,
  detail: string,
  silent: Set<string>,
): Promise<void> {
  if (silent.has(directory.name)) return;
  silent.add(directory.name);
  await vault.store.transaction((records) =>
    vault.journal.append(records.audit, {
      action: 'directoryTrouble',
      outcome: 'failure',
      actor: 'the vault',
      target: directory.name,
      detail: `people who are logged in could not be looked up again: ${detail}`,
    }),
  );
}
