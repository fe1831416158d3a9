import type { Duplex } from 'node:stream';
import { RpcPeer } from '#/contract/rpc.js';
import { createRecheck, LOOK_AGAIN } from './directory/recheck.js';
import { dispatcher } from './dispatch.js';
import { unfollow } from './follow-session.js';
import { handlersOf } from './handlers.js';
import { deleteExpired } from './retention.js';
import type { VaultSocket } from './roles.js';
import { rotateDue } from './rotate-due.js';
import { endOrphans, endStillborn } from './session-life.js';
import type { Connection, Vault } from './vault.js';
import { endWithdrawn } from './withdrawn.js';

/** How often sessions are looked for that never landed, or whose owners lost the right to them. */
const SWEEP = 10_000;
/** How often recordings are looked for that were kept long enough, and the first time. */
const RETENTION = { first: 5_000, every: 60_000 };
/** How often a new signed head of the audit is written elsewhere, too. */
const HEADS = 1000;

export interface Service {
  /** Takes a connection on one of the vault's sockets. */
  accept(socket: VaultSocket, stream: Duplex): Connection;
  stop(): void;
}

/** Answers the vault's sockets, and keeps the books of sessions true when hosts come and go. */
export function serve(vault: Vault, onProblem: (what: string, error: unknown) => void): Service {
  const handlers = handlersOf(vault);
  const { connections } = vault;
  const timers = new Set<NodeJS.Timeout>();
  let stopped = false;
  const later = (ms: number, what: string, work: () => Promise<void>): void => {
    if (stopped) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      work().catch((error: unknown) => onProblem(what, error));
    }, ms);
    timers.add(timer);
  };
  const sweep = async (): Promise<void> => {
    later(SWEEP, 'sweep', sweep);
    await endStillborn(vault);
    await endWithdrawn(vault);
    await rotateDue(vault);
  };
  const copyHeads = async (): Promise<void> => {
    later(HEADS, 'copies of signed heads', copyHeads);
    await vault.headCopies?.round(vault);
  };
  const retain = async (): Promise<void> => {
    later(RETENTION.every, 'retention', retain);
    await deleteExpired(vault);
  };
  later(RETENTION.first, 'retention', retain);
  // after a restart hosts get time to say hello before their sessions count as lost
  later(vault.patience.start, 'sessions of the last run', () => endOrphans(vault));
  later(SWEEP, 'sweep', sweep);
  later(HEADS, 'copies of signed heads', copyHeads);
  const recheck = createRecheck(vault);
  const lookAgain = async (): Promise<void> => {
    // not from the beginning: a slow directory must not be asked twice at once
    await recheck().finally(() => later(LOOK_AGAIN, 'people of directories', lookAgain));
  };
  later(LOOK_AGAIN, 'people of directories', lookAgain);

  return {
    accept(socket, stream) {
      const peer = new RpcPeer(stream, {
        handle: (call, args, blob) => answer(call, args, blob),
        onClose: () => {
          connections.delete(connection);
          vault.components.leave(connection);
          if (socket === 'vault-portal' && !stopped) {
            const forget = vault.store.transaction((records) =>
              vault.tickets.dropConnection(records, connection),
            );
            forget.catch((error: unknown) => onProblem('logins of a portal', error));
          }
          for (const follower of stopped ? [] : vault.followers.leave(connection))
            unfollow(vault, follower).catch((error: unknown) => onProblem('viewers of a monitor', error));
          const host = vault.hosts.leave(connection);
          if (host !== null)
            later(vault.patience.lostHost, `sessions of host ${host}`, () => endOrphans(vault, host));
        },
      });
      const connection: Connection = { socket, components: new Set(), peer, host: null };
      const answer = dispatcher(vault, handlers, connection);
      connections.add(connection);
      return connection;
    },
    stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      for (const connection of connections) connection.peer.close('the vault stops');
    },
  };
}
