import type { CallName } from '#/contract/calls.js';
import type { PersonRow } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { SecondFactorStep } from '#/domain/second-factor.js';
import type { Subject } from '#/policy/grants.js';
import { isAuditor } from '#/policy/oversight.js';
import { onTheWay } from './on-the-way.js';
import type { User } from './records/people.js';
import type { Records } from './records/records.js';
import type { StoredTicket } from './records/tickets.js';
import type { Answer, Asking, Vault } from './vault.js';

/** A person who is logged in, as he is in the books at this moment, within one transaction. */
export interface Person {
  readonly user: User;
  readonly ticket: StoredTicket;
  readonly records: Records;
  /** What the audit says of whatever he does. */
  readonly about: { readonly actor: string; readonly gateway: 'PVWAGW'; readonly from: string };
}

interface Admission {
  readonly ticket: string;
  readonly asking: Asking;
  /** Let somebody in who has yet to change his password. */
  readonly evenMustChange?: boolean;
  /** Let somebody in who has yet to do this about his second factor. */
  readonly evenBefore?: readonly SecondFactorStep[];
  /** It is a step of a session on its way (on-the-way.ts). */
  readonly onItsWay?: boolean;
}

/** Runs `work` for the person of a ticket. A ticket dies at once when its user is disabled, expired or out of hours. */
export async function withPerson<K extends CallName>(
  vault: Vault,
  admission: Admission,
  work: (person: Person) => Promise<Answer<K>>,
): Promise<Answer<K>> {
  const forPerson = async (records: Records): Promise<Answer<K>> => {
    const person = await admitted(vault, records, admission);
    return person.ok ? await work(person.value) : person;
  };
  const { store } = vault;
  return await (admission.onItsWay === true ? onTheWay(store, forPerson) : store.transaction(forPerson));
}

/** Whoever a ticket belongs to, before anything costly is done for him. */
export async function askedBy(vault: Vault, admission: Admission): Promise<Outcome<Asker>> {
  return await vault.store.transaction(async (records) => {
    const person = await admitted(vault, records, admission);
    if (!person.ok) return person;
    const { user, ticket } = person.value;
    return done({ user, from: ticket.from, step: ticket.secondFactor });
  });
}

export interface Asker {
  readonly user: User;
  readonly from: string;
  readonly step: SecondFactorStep;
}

async function admitted(
  vault: Vault,
  records: Records,
  { ticket: name, asking, evenMustChange, evenBefore = [] }: Admission,
): Promise<Outcome<Person>> {
  const ticket = await vault.tickets.use(records, name, asking.connection);
  if (ticket === null) return failed(failure('NOT_LOGGED_IN'));
  const user = await records.people.user(ticket.userId);
  if (user === null || vault.authentication.barred(user) !== null) {
    await vault.tickets.drop(records, name);
    return failed(failure('NOT_LOGGED_IN'));
  }
  if (ticket.secondFactor !== 'done' && !evenBefore.includes(ticket.secondFactor))
    return failed(failure('SECOND_FACTOR_NEEDED'));
  // a new password comes after the second factor
  if (ticket.mustChange && ticket.secondFactor === 'done' && evenMustChange !== true)
    return failed(failure('PASSWORD_MUST_CHANGE'));
  return done({ user, ticket, records, about: { actor: user.name, gateway: 'PVWAGW', from: ticket.from } });
}

export function subjectOf(
  user: User,
): Subject & { readonly disabled: boolean; readonly expiresAt: number | null } {
  return {
    userId: user.id,
    user: user.name,
    groupIds: user.groupIds,
    groups: user.groups,
    disabled: user.disabled,
    expiresAt: user.expiresAt,
  };
}

export function personRow(user: User): PersonRow {
  return {
    user: user.name,
    groups: user.groups,
    rights: user.rights,
    lastSuccess: user.lastSuccess,
    lastFailure: user.lastFailure,
    auditor: isAuditor(subjectOf(user)),
  };
}
