import { createHash } from 'node:crypto';

/**
 * Where everything of one running daemon lives: short, because paths of unix sockets over 107 bytes fail.
 * Without root it is below the person's own runtime directory, or /tmp. `home` is absolute, without a slash at its end.
 */
export function runDirectory(
  home: string,
  uid = process.getuid?.() ?? 0,
  runtime = process.env['XDG_RUNTIME_DIR'],
): string {
  const name = `postern-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`;
  if (uid === 0) return `/run/${name}`;
  return runtime !== undefined && runtime.startsWith('/') && runtime.length < 60
    ? `${runtime}/${name}`
    : `/tmp/${name}`;
}

/** The service accounts of the host, made once at first start, nologin. */
export const SERVICE_USERS = {
  vault: 'postern-vault',
  directory: 'postern-directory',
  portal: 'postern-portal',
  session: 'psmconnect',
  recorder: 'psmapp',
  monitor: 'psmadminconnect',
  demo: 'postern-demo',
} as const;
export type ProcessRole = 'vault' | 'directory' | 'portal' | 'session' | 'recorder' | 'monitor' | 'demo';

/**
 * The sockets that the supervisor opens and hands to their owners as listening descriptors.
 * `peer` is who may connect: its group is on the socket (0660); 'root' is 0600.
 */
export const SOCKETS = {
  'vault-portal': { owner: 'vault', peer: 'portal' },
  'vault-session': { owner: 'vault', peer: 'session' },
  'vault-recorder': { owner: 'vault', peer: 'recorder' },
  'vault-monitor': { owner: 'vault', peer: 'monitor' },
  admin: { owner: 'vault', peer: 'root' },
  directory: { owner: 'directory', peer: 'vault' },
  session: { owner: 'session', peer: 'portal' },
  'session-watch': { owner: 'session', peer: 'monitor' },
  monitor: { owner: 'monitor', peer: 'portal' },
  'monitor-admin': { owner: 'monitor', peer: 'root' },
  shell: { owner: 'portal', peer: 'any' },
  desk: { owner: 'portal', peer: 'any' },
} as const satisfies Record<
  string,
  { readonly owner: ProcessRole; readonly peer: ProcessRole | 'root' | 'any' }
>;
export type SocketName = keyof typeof SOCKETS;

/** Path of a socket; session hosts are numbered, because a session lives in one of them. */
export function socketPath(run: string, name: SocketName, index?: number): string {
  return index === undefined ? `${run}/${name}.sock` : `${run}/${name}-${index}.sock`;
}

/** Parts of the run directory. `box` and `inside` lie in a tmpfs of the daemon's own mount namespace. */
export function runPaths(run: string) {
  return {
    bin: `${run}/bin`,
    box: `${run}/bin/postern-box`,
    /** One directory a session, root only: record, passwd, group, nsswitch.conf, binds. */
    boxes: `${run}/boxes`,
    /** One directory a session, psmconnect's: the sockets ask, agent, dial, hostkey, up, and ssh_config; /s in the box. */
    sessions: `${run}/s`,
    house: `${run}/house`,
    home: `${run}/home`,
    recordings: `${run}/recordings`,
  } as const;
}
