import { createHash } from 'node:crypto';
import type { UserId } from '#/domain/ids.js';
import type { Records } from './records/records.js';
import type { StoredTicket } from './records/tickets.js';

/** Milliseconds without a call after which a login is over. */
const IDLE = 12 * 60 * 60_000;
/** The time of the last use is written down no more often than this. */
const NOTED = 10 * 60_000;

type People = Pick<Records, 'tickets'>;

/** The logins of people. A ticket belongs to one portal's connection; after a restart of the vault, to the first that shows it. */
export interface Tickets {
  issue(
    records: People,
    login: Pick<StoredTicket, 'userId' | 'from' | 'mustChange' | 'secondFactor'>,
    connection: object,
  ): Promise<string>;
  /** The login, when it is this connection's and not idle for too long; counts as a use. */
  use(records: People, ticket: string, connection: object): Promise<StoredTicket | null>;
  /** The second factor of this login is done. */
  complete(records: People, ticket: string): Promise<void>;
  drop(records: People, ticket: string): Promise<void>;
  /** All of a user's, or all but one: then that one's password is changed, too. */
  dropUser(records: People, userId: UserId, except?: string): Promise<void>;
  /** A portal is gone, and the logins that it carried with it. */
  dropConnection(records: People, connection: object): Promise<void>;
  /** Is this user logged in on this connection? */
  isHere(userId: string, connection: object): boolean;
}

export function createTickets(options: {
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
}): Tickets {
  const { now, random } = options;
  const owners = new Map<string, { readonly connection: object; readonly userId: string }>();
  return {
    async issue({ tickets }, login, connection) {
      const ticket = random(32).toString('base64url');
      const hash = digest(ticket);
      await tickets.addTicket({ hash, ...login, lastUsedAt: now() }, now() - IDLE);
      owners.set(hash, { connection, userId: login.userId });
      return ticket;
    },
    async use({ tickets }, ticket, connection) {
      const hash = digest(ticket);
      const owner = owners.get(hash);
      if (owner !== undefined && owner.connection !== connection) return null;
      const found = await tickets.ticket(hash);
      if (found === null || now() - found.lastUsedAt > IDLE) {
        owners.delete(hash);
        return null;
      }
      owners.set(hash, { connection, userId: found.userId });
      if (now() - found.lastUsedAt > NOTED) await tickets.changeTicket(hash, { lastUsedAt: now() });
      return found;
    },
    complete: ({ tickets }, ticket) => tickets.changeTicket(digest(ticket), { secondFactor: 'done' }),
    async drop({ tickets }, ticket) {
      await tickets.dropTicket(digest(ticket));
      owners.delete(digest(ticket));
    },
    async dropUser({ tickets }, userId, except) {
      const kept = except === undefined ? undefined : digest(except);
      await tickets.dropTicketsOf(userId, kept);
      if (kept !== undefined) await tickets.changeTicket(kept, { mustChange: false });
      for (const [hash, owner] of owners) if (owner.userId === userId && hash !== kept) owners.delete(hash);
    },
    async dropConnection({ tickets }, connection) {
      for (const [hash, owner] of owners) {
        if (owner.connection !== connection) continue;
        owners.delete(hash);
        await tickets.dropTicket(hash);
      }
    },
    isHere: (userId, connection) =>
      [...owners.values()].some((owner) => owner.userId === userId && owner.connection === connection),
  };
}

function digest(ticket: string): string {
  return createHash('sha256').update(ticket, 'utf8').digest('base64');
}
