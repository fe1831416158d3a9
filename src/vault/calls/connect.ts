import { failure } from '#/domain/failure.js';
import { parseId } from '#/domain/ids.js';
import { done, failed } from '#/domain/outcome.js';
import { cleanReason } from '#/domain/reason.js';
import { withdrawal } from '#/policy/decide.js';
import { allowConnection } from '../allow-connection.js';
import { subjectOf, withPerson } from '../persons.js';
import type { Handlers, Vault } from '../vault.js';

/** Stage 0, and coming back to what runs already. */
export function connectCalls(vault: Vault): Handlers<'person.connect' | 'person.reattach'> {
  return {
    'person.connect': (
      { ticket, accountId, named, reason, forward, listen, shares = false, lends = [] },
      asking,
    ) =>
      withPerson<'person.connect'>(vault, { ticket, asking, onItsWay: true }, (person) =>
        allowConnection(vault, person, {
          accountId,
          named: named ?? null,
          reason: cleanReason(reason),
          forward: forward ?? null,
          listen: listen ?? null,
          shares,
          lends: [...new Set(lends)],
        }),
      ),
    'person.reattach': ({ ticket, sessionId }, asking) =>
      withPerson<'person.reattach'>(vault, { ticket, asking }, async ({ records, user }) => {
        const id = parseId('session', sessionId);
        const session = id === null ? null : await records.sessions.session(id);
        if (
          session === null ||
          session.userId !== user.id ||
          session.state === 'ended' ||
          session.host === null
        )
          return failed(failure('SESSION_GONE'));
        const memberships = await records.safes.memberships(session.safeId);
        const why = withdrawal(subjectOf(user), memberships, session.safe, vault.now());
        if (why !== null) return failed(failure('ACCESS_DENIED', why));
        const permit = vault.permits.issue({
          kind: 'attach',
          userId: user.id,
          sessionId: session.id,
          host: session.host,
        });
        return done({ value: { permit, host: session.host } });
      }),
  };
}
