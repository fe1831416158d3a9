import { createHash } from 'node:crypto';
import type { HostKey } from '#/domain/host-key.js';
import type { UserId } from '#/domain/ids.js';
import type { Lendable } from '#/domain/lending.js';
import type { StoredAccount } from './records/accounts.js';
import type { StoredTicket } from './records/tickets.js';

/** Sessions of one connection of a person to one account: what they have in common, and the logins that were made for them. */
export interface Share {
  /** Hash of the ticket of the connection: when it goes, so do idle logins. */
  readonly ticket: string;
  readonly userId: UserId;
  readonly accountId: StoredAccount['id'];
  /** The session host that holds the logins; the next session goes there, too. */
  host: number;
  /** The sessions that made them. */
  readonly logins: Set<string>;
  usedAt: number;
}

/** In memory only, like permits: a vault that restarts has no session ride on what it does not know. */
export interface SharedLogins {
  /** Where the share's sessions are; null: nowhere yet. */
  hostOf(share: string): number | null;
  /** A session of it was granted, and will go to this host. */
  granted(share: string, about: Pick<Share, 'ticket' | 'userId' | 'accountId' | 'host'>): void;
  get(share: string): Share | null;
  /** The newest that was made with this host; null: none. */
  newest(share: string, host: number): string | null;
  loginOver(session: string): void;
  forget(share: string): void;
}

const KEPT = 12 * 60 * 60_000;

export function createSharedLogins(now: () => number): SharedLogins {
  const shares = new Map<string, Share>();
  return {
    hostOf: (share) => shares.get(share)?.host ?? null,
    granted(share, about) {
      for (const [id, one] of shares) if (one.usedAt + KEPT <= now()) shares.delete(id);
      const known = shares.get(share);
      if (known === undefined || known.host !== about.host)
        shares.set(share, { ...about, logins: new Set(), usedAt: now() });
      else known.usedAt = now();
    },
    get: (share) => shares.get(share) ?? null,
    newest(share, host) {
      const one = shares.get(share);
      return one?.host === host ? ([...one.logins].at(-1) ?? null) : null;
    },
    loginOver(session) {
      for (const one of shares.values()) one.logins.delete(session);
    },
    forget: (share) => void shares.delete(share),
  };
}

/**
 * A new one as soon as anything is different that a login depends on: another secret, address or pinned key, and the next
 * session logs in anew. A session to which nothing is lent is on none where the target could use what another one was lent. Null: nothing is shared of a target whose key is not pinned.
 */
export function shareOf(
  ticket: Pick<StoredTicket, 'hash'>,
  account: Pick<StoredAccount, 'id' | 'user' | 'secretKind' | 'secretVersion'>,
  target: { readonly address: string; readonly port: number; readonly hostKey: HostKey | null },
  lent: readonly Lendable[],
): string | null {
  if (target.hostKey === null) return null;
  const { id, user, secretKind, secretVersion } = account;
  const { address, port, hostKey } = target;
  const all = [
    ticket.hash,
    id,
    user,
    secretKind,
    secretVersion,
    address,
    port,
    hostKey.type,
    hostKey.base64,
    lent,
  ];
  return createHash('sha256').update(JSON.stringify(all)).digest('base64url');
}
