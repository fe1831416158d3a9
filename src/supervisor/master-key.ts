import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from '#/configuration/schema.js';
import { runPaths } from '#/contract/sockets.js';
import type { ServiceAccounts } from '#/house/service-accounts.js';
import { Refusal } from './refusal.js';

/** Where the key lies on the host when it is outside the home; null: in the home, or nowhere (passphrase). */
export function outsideKey(
  { masterKeyMode, masterKeyPath }: Configuration,
  env: Readonly<Record<string, string | undefined>>,
): string | null {
  if (masterKeyMode === 'file') return masterKeyPath ?? null;
  if (masterKeyMode === 'passphrase') return null;
  const folder = env['CREDENTIALS_DIRECTORY'];
  const path = folder === undefined ? null : join(folder, 'postern-master-key');
  if (path !== null && existsSync(path)) return path;
  throw new Refusal(
    'masterKeyMode is "systemd-credential", but there is no credential "postern-master-key"; add LoadCredential=postern-master-key:FILE to the unit',
  );
}

/** Where the vault process finds it; null: it waits for a passphrase. */
export function keyForVault(
  run: string,
  { masterKeyMode }: Configuration,
  outside: string | null,
): string | null {
  if (masterKeyMode === 'passphrase') return null;
  return outside === null ? join(runPaths(run).home, 'vault/master.key') : join(run, 'master.key');
}

/** A credential of systemd belongs to root: the vault gets a copy, in memory, without us having read it. */
export function copyCredential(outside: string, target: string, accounts: ServiceAccounts | null): void {
  const owner = accounts === null ? [] : ['-o', String(accounts.vault.uid), '-g', String(accounts.vault.gid)];
  execFileSync('install', ['-m', '0600', ...owner, '--', outside, target]);
}
