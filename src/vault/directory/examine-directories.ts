import type { Check } from '#/contract/calls.js';
import type { ServerHealth } from '#/contract/directory-calls.js';
import type { StoredDirectory } from '../records/directories.js';
import type { Vault } from '../vault.js';
import { askDirectory } from './ask-directory.js';

/** A certificate that is good for less than this is worth a warning. */
const SOON = 30 * 86_400_000;

/** One check a directory: can its servers be asked, and how long will they be trusted? */
export async function examineDirectories(vault: Vault): Promise<readonly Check[]> {
  if (vault.keyring.sealed) return [];
  const directories = await vault.store.transaction((records) => records.directories.directories());
  return await Promise.all(
    directories.filter(({ enabled }) => enabled).map((directory) => examineOne(vault, directory)),
  );
}

async function examineOne(vault: Vault, directory: StoredDirectory): Promise<Check> {
  const part = `directory ${directory.name}`;
  const next = `postern directory test ${directory.name}`;
  const outcome = await askDirectory(vault, directory, 'directory.examine', {});
  if (!outcome.ok) return { part, state: 'failure', detail: outcome.failure.message, next };
  const servers = outcome.value;
  const detail = servers.map((one) => aboutServer(one, vault.now())).join('; ');
  const working = servers.filter(({ ok }) => ok);
  if (working.length === 0) return { part, state: 'failure', detail, next };
  const soon = working.some(({ expiresAt }) => expiresAt !== null && expiresAt - vault.now() < SOON);
  const plain = directory.settings.plain;
  if (working.length < servers.length || soon || plain)
    return {
      part,
      state: 'warning',
      detail: plain ? `plain LDAP, passwords in clear; ${detail}` : detail,
      next: soon ? "Renew the server's certificate." : next,
    };
  return { part, state: 'ok', detail, next: null };
}

function aboutServer({ server, ok, detail, expiresAt }: ServerHealth, now: number): string {
  if (!ok || expiresAt === null) return `${server}: ${detail}`;
  const days = Math.floor((expiresAt - now) / 86_400_000);
  return `${server}: ${detail}, its certificate expires in ${days} days`;
}
