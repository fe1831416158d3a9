import type { Component } from '#/domain/people.js';
import type { ProcessRole } from './sockets.js';

/** Where each component's password lies: HOME/credentials/<role>/<file>, a folder of that process's own. */
export const CREDENTIAL_FILES = {
  PVWAApp: { role: 'portal', file: 'appuser.ini' },
  PVWAGW: { role: 'portal', file: 'gwuser.ini' },
  PSMApp: { role: 'recorder', file: 'psmapp.ini' },
  PSMGW: { role: 'session', file: 'psmgw.ini' },
  PSMAdminConnect: { role: 'monitor', file: 'psmadminconnect.ini' },
} as const satisfies Record<
  Component,
  { readonly role: Exclude<ProcessRole, 'vault' | 'demo'>; readonly file: string }
>;

/** Bytes of a component's password: chance, so that its plain SHA-256 tells nobody anything. */
export const COMPONENT_PASSWORD_BYTES = 32;
