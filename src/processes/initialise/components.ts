import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { COMPONENTS, type Component } from '#/domain/people.js';
import { CREDENTIAL_FILES, createCredentialFile } from '#/house/credential-file.js';
import type { ServiceAccounts } from '#/house/service-accounts.js';

/** Which process logs in to the vault as which component. */
const PROCESS_OF = {
  PVWAApp: 'portal',
  PVWAGW: 'portal',
  PSMApp: 'recorder',
  PSMGW: 'session',
  PSMAdminConnect: 'monitor',
} as const satisfies Record<Component, keyof ServiceAccounts>;

const PASSWORD_BYTES = 32;

/** Makes a password for each component and its credential file. The passwords are the caller's to wipe. */
export function makeComponents(folder: string, accounts: ServiceAccounts | null): Record<Component, Buffer> {
  mkdirSync(folder, { mode: 0o711 });
  const entries = COMPONENTS.map((component) => {
    const role = PROCESS_OF[component];
    const password = randomBytes(PASSWORD_BYTES);
    const binding = {
      hostName: hostname(),
      uid: accounts?.[role].uid ?? process.getuid?.() ?? 0,
      executable: `processes/${role}.js`,
    };
    createCredentialFile({ path: join(folder, CREDENTIAL_FILES[component]), component, password, binding });
    return [component, password] as const;
  });
  return Object.fromEntries(entries) as Record<Component, Buffer>;
}
