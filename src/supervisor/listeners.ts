import { chmodSync, chownSync, rmSync } from 'node:fs';
import net from 'node:net';
import { type ProcessRole, SOCKETS, type SocketName, socketPath } from '#/contract/sockets.js';
import type { ServiceAccounts } from '#/house/service-accounts.js';

/** A socket that is bound but that nobody listens on here: its owner does, and its successors after a crash. */
export interface Listener {
  readonly name: string;
  readonly fd: number;
  readonly port?: number;
  close(): void;
}

interface Handle {
  readonly fd: number;
  getsockname(out: { port?: number }): number;
  close(): void;
}

/** What node:cluster opens its shared sockets with; net.Server would accept connections in this very process. */
type CreateHandle = (
  address: string,
  port: number,
  family: 4 | 6 | -1,
  fd: undefined,
  flags: number,
) => Handle | number;
const createHandle = (net as unknown as { readonly _createServerHandle: CreateHandle })._createServerHandle;

/** Opens a TCP port. Throws with a sentence when it cannot be had. */
export function openPort(name: string, address: string, port: number, shown: string): Listener {
  const handle = createHandle(address, port, net.isIPv6(address) ? 6 : 4, undefined, 0);
  const out: { port?: number } = {};
  // libuv keeps "in use" back until the name is asked for
  const error = typeof handle === 'number' ? handle : handle.getsockname(out);
  if (typeof handle === 'number' || error !== 0) {
    if (typeof handle !== 'number') handle.close();
    throw new Error(whyNot(error, shown));
  }
  return { name, fd: handle.fd, port: out.port ?? port, close: () => handle.close() };
}

/** Opens one of the daemon's unix sockets, with the owner and group that its two ends call for. */
export function openSocket(
  run: string,
  name: SocketName,
  index: number | undefined,
  accounts: ServiceAccounts | null,
): Listener {
  const path = socketPath(run, name, index);
  const { owner, peer } = SOCKETS[name];
  rmSync(path, { force: true });
  const handle = withUmask(0o177, () => createHandle(path, -1, -1, undefined, 0));
  if (typeof handle === 'number') throw new Error(whyNot(handle, path));
  if (accounts !== null && peer !== 'root')
    chownSync(path, accounts[owner].uid, peer === 'any' ? 0 : accounts[peer].gid);
  chmodSync(path, peer === 'any' ? 0o666 : peer === 'root' ? 0o600 : 0o660);
  return { name, fd: handle.fd, close: () => handle.close() };
}

/** Names of the sockets that a process of this role listens on. */
export function socketsOf(role: ProcessRole): readonly SocketName[] {
  return (Object.keys(SOCKETS) as SocketName[]).filter((name) => SOCKETS[name].owner === role);
}

function withUmask<T>(mask: number, work: () => T): T {
  const before = process.umask(mask);
  try {
    return work();
  } finally {
    process.umask(before);
  }
}

function whyNot(error: number, where: string): string {
  const code = Object.entries(KNOWN).find(([, number]) => number === error)?.[0];
  switch (code) {
    case 'EADDRINUSE':
      return `${where} is in use by another program: stop it, or choose another address with POSTERN_LISTEN or "listen" in config.json`;
    case 'EACCES':
      return `${where} may not be opened by this user: ports below 1024 need root; choose another with POSTERN_LISTEN`;
    case 'EADDRNOTAVAIL':
      return `${where} is not an address of this host: choose another with POSTERN_LISTEN or "listen" in config.json`;
    default:
      return `${where} cannot be opened (error ${error}): choose another address with POSTERN_LISTEN`;
  }
}
const KNOWN = { EADDRINUSE: -98, EACCES: -13, EADDRNOTAVAIL: -99 } as const;
