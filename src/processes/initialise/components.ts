import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { COMPONENT_PASSWORD_BYTES, CREDENTIAL_FILES } from '#/contract/credentials.js';
import { COMPONENTS, type Component } from '#/domain/people.js';
import { bindingFor } from '#/house/credential-binding.js';
import { createCredentialFile } from '#/house/credential-file.js';
import { credentialPath } from '#/house/credential-paths.js';
import type { ServiceAccounts } from '#/house/service-accounts.js';

/** Makes a password for each component and its credential file. The passwords are the caller's to wipe. */
export function makeComponents(folder: string, accounts: ServiceAccounts | null): Record<Component, Buffer> {
  mkdirSync(folder, { mode: 0o711 });
  const entries = COMPONENTS.map((component) => {
    const account = accounts?.[CREDENTIAL_FILES[component].role] ?? null;
    const password = randomBytes(COMPONENT_PASSWORD_BYTES);
    const path = credentialPath(folder, component);
    mkdirSync(dirname(path), { mode: 0o700, recursive: true });
    if (account !== null) chownSync(dirname(path), account.uid, account.gid);
    const binding = bindingFor(component, account?.uid ?? process.getuid?.() ?? 0);
    createCredentialFile({ path, component, password, binding });
    return [component, password] as const;
  });
  return Object.fromEntries(entries) as Record<Component, Buffer>;
}
