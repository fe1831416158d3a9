import { CALLS, type Caller, type CallName } from '#/contract/calls.js';
import { COMPONENTS, type Component } from '#/domain/people.js';

/** The vault's sockets; each belongs to one kind of process. */
export type VaultSocket = 'vault-portal' | 'vault-session' | 'vault-recorder' | 'vault-monitor' | 'admin';

/** Which components may log in on which socket: a password stolen from one process is worth nothing in another. */
export const SOCKET_COMPONENTS: Readonly<Record<VaultSocket, readonly Component[]>> = {
  'vault-portal': ['PVWAApp', 'PVWAGW'],
  'vault-session': ['PSMGW'],
  'vault-recorder': ['PSMApp'],
  'vault-monitor': ['PSMAdminConnect'],
  admin: [],
};

export interface Role {
  readonly socket: VaultSocket;
  readonly components: ReadonlySet<Component>;
}

/** The caller as which a connection may make a call, or null: default deny. */
export function callerFor(role: Role, call: CallName): Caller | null {
  const callers: readonly Caller[] = CALLS[call].callers;
  if (role.socket === 'admin') return callers.find((one) => one === 'console' || one === 'anybody') ?? null;
  const here = COMPONENTS.filter(
    (one) => role.components.has(one) && SOCKET_COMPONENTS[role.socket].includes(one),
  );
  return here.find((one) => callers.includes(one)) ?? callers.find((one) => one === 'anybody') ?? null;
}

/** Said to whoever asked for what its role does not allow, and written in the audit. */
export function refusalText(role: Role, call: CallName): string {
  const who =
    role.socket === 'admin'
      ? 'the console'
      : [...role.components].join(' and ') || `an unknown caller on ${role.socket}`;
  return `${who} may not ask for ${call}.`;
}

/** What is true of sessions that run stays true in the books, also when their component was disabled meanwhile. */
const WHILE_DISABLED: ReadonlySet<CallName> = new Set<CallName>([
  'component.rotation',
  'session.hello',
  'session.stage',
  'session.state',
  'session.ended',
  'session.loginOver',
  'session.head',
]);

export function answersWhileDisabled(call: CallName): boolean {
  return WHILE_DISABLED.has(call);
}

/** What a sealed vault still answers: what needs no key and no person. */
const WHILE_SEALED: ReadonlySet<CallName> = new Set<CallName>([
  'component.login',
  'component.unable',
  'component.rotation',
  'vault.status',
  'portal.configuration',
  'session.hello',
  'session.stage',
  'session.state',
  'session.ended',
  'session.loginOver',
  'recording.pending',
  'recording.leaving',
  'recording.removed',
  'admin.unseal',
  'admin.doctor',
  'admin.component.list',
  'admin.component.set',
  'admin.credfile.create',
  'admin.credfile.resync',
  'admin.credfile.rotate',
  'admin.sessions.list',
  'admin.sessions.terminate',
  'admin.recordings.list',
  'admin.recordings.show',
  'admin.recordings.ids',
  'admin.recordings.hold',
  'admin.metrics',
  'admin.recordings.books',
  'admin.publicKey',
  'admin.audit.list',
  'admin.audit.verify',
]);

export function answersWhileSealed(call: CallName): boolean {
  return WHILE_SEALED.has(call);
}
