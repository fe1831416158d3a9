import { CREDENTIAL_FILES } from '#/contract/credentials.js';
import type { CredentialLook } from '#/contract/orders.js';
import type { ComponentRow } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { COMPONENTS, type Component } from '#/domain/people.js';
import type { StoredComponent } from './records/components.js';
import { nextRotation } from './rotate-due.js';
import type { Vault } from './vault.js';

/** Every component user, with its file as it is now. */
export async function componentRows(vault: Vault): Promise<readonly ComponentRow[]> {
  return await Promise.all(COMPONENTS.map((component) => componentRow(vault, component)));
}

export async function componentRow(vault: Vault, component: Component): Promise<ComponentRow> {
  const stored = await vault.store.transaction(({ components }) => components.component(component));
  const look = await vault.order({ kind: 'credential', component, step: 'look', hash: null });
  const found = look.kind === 'credential' ? look : null;
  const state = stateOf(stored, found);
  const { role, file } = CREDENTIAL_FILES[component];
  return {
    component,
    disabled: stored?.disabled ?? true,
    file: `credentials/${role}/${file}`,
    state,
    problem:
      found === null
        ? `it could not be looked at: ${'detail' in look ? look.detail : look.kind}`
        : problemOf(state, component, `${file} ${found.detail}`),
    hostName: found?.hostName ?? null,
    uid: found?.uid ?? null,
    executable: found?.executable ?? null,
    madeAt: found?.madeAt ?? null,
    rotatedAt: stored?.rotatedAt ?? null,
    nextAt: stored === null ? null : nextRotation(stored, vault.settings.credentialRotationMinutes),
    connections: [...vault.connections].filter((one) => one.components.has(component)).length,
  };
}

/** A rotation that was cut off leaves what counts in the staged file: that is repaired at the next login, and no mismatch. */
function stateOf(stored: StoredComponent | null, found: CredentialLook | null): ComponentRow['state'] {
  if (found === null) return 'unknown';
  const current = stored?.hash.toString('base64');
  if (current !== undefined && (found.hash === current || found.stagedHash === current)) return 'good';
  return found.state === 'good' ? 'mismatch' : found.state;
}

function problemOf(state: ComponentRow['state'], component: Component, what: string): string | null {
  if (state === 'good') return null;
  return state === 'mismatch' ? failure('CREDENTIAL_MISMATCH', component).message : `${what}.`;
}
