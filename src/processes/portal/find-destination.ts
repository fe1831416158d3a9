import type { FoundDestination } from '#/contract/direct-calls.js';
import { accountUsers, type Delimiters, type Target } from '#/domain/destination.js';
import { done, type Outcome } from '#/domain/outcome.js';
import type { VaultLink } from '../shared/vault-link.js';

/** Asks the vault where an ssh user name leads the person of a ticket. */
export async function findDestination(
  vault: VaultLink,
  ticket: string,
  target: Target,
  delimiters: Delimiters,
): Promise<Outcome<FoundDestination>> {
  const asked =
    target.kind === 'part'
      ? target
      : {
          kind: 'account' as const,
          users: [...accountUsers(target, delimiters)],
          address: target.address,
          port: target.port,
        };
  const answer = await vault.ask('person.destination', { ticket, target: asked });
  return answer.ok ? done(answer.value.value) : answer;
}
