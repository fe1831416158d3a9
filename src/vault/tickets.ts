import type { Identity } from '#/domain/people.js';

/** A person who is logged in. */
export interface Ticket {
  readonly identity: Identity;
  /** The portal's connection: the ticket is worth nothing on another one. */
  readonly connection: object;
  mustChange: boolean;
  lastUsedAt: number;
}

/** Milliseconds without a call after which a login is over. */
const IDLE = 12 * 60 * 60_000;

export interface Tickets {
  issue(identity: Identity, connection: object, mustChange: boolean): string;
  /** The ticket, when it is of this connection and not idle for too long; counts as a use. */
  use(ticket: string, connection: object): Ticket | null;
  drop(ticket: string): void;
  /** All of a user's but one, e.g. after a changed password. */
  dropUser(userId: string, except?: string): void;
  dropConnection(connection: object): void;
  /** Is this user logged in on this connection? */
  isHere(userId: string, connection: object): boolean;
}

export function createTickets(options: {
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
}): Tickets {
  const held = new Map<string, Ticket>();
  const dropWhere = (is: (ticket: Ticket, name: string) => boolean): void => {
    for (const [name, ticket] of held) if (is(ticket, name)) held.delete(name);
  };
  return {
    issue(identity, connection, mustChange) {
      const name = options.random(32).toString('base64url');
      held.set(name, { identity, connection, mustChange, lastUsedAt: options.now() });
      return name;
    },
    use(name, connection) {
      const ticket = held.get(name);
      if (ticket === undefined || ticket.connection !== connection) return null;
      if (options.now() - ticket.lastUsedAt > IDLE) {
        held.delete(name);
        return null;
      }
      ticket.lastUsedAt = options.now();
      return ticket;
    },
    drop: (name) => void held.delete(name),
    dropUser: (userId, except) =>
      dropWhere((ticket, name) => ticket.identity.userId === userId && name !== except),
    dropConnection: (connection) => dropWhere((ticket) => ticket.connection === connection),
    isHere: (userId, connection) =>
      [...held.values()].some(
        (ticket) => ticket.identity.userId === userId && ticket.connection === connection,
      ),
  };
}
