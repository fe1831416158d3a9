import type { UserId } from '#/domain/ids.js';
import type { SecondFactorStep } from '#/domain/second-factor.js';

/** Somebody who is logged in, kept so that people need not log in again when the vault was restarted. */
export interface StoredTicket {
  /** SHA-256 of the ticket: who reads the database cannot use it. */
  readonly hash: string;
  readonly userId: UserId;
  readonly from: string;
  readonly mustChange: boolean;
  readonly secondFactor: SecondFactorStep;
  readonly lastUsedAt: number;
}

export interface TicketRecords {
  ticket(hash: string): Promise<StoredTicket | null>;
  /** Also drops all that were not used since `forget`. */
  addTicket(ticket: StoredTicket, forget: number): Promise<void>;
  changeTicket(
    hash: string,
    change: Partial<Pick<StoredTicket, 'mustChange' | 'secondFactor' | 'lastUsedAt'>>,
  ): Promise<void>;
  dropTicket(hash: string): Promise<void>;
  /** All of a user's but one, e.g. after a changed password. */
  dropTicketsOf(user: UserId, except?: string): Promise<void>;
}
