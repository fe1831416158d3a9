import type { CallArgs } from '#/contract/calls.js';
import type { AccountRow } from '#/contract/rows.js';
import type { ToHost } from '#/contract/session-link.js';
import { done, type Outcome } from '#/domain/outcome.js';
import type { DirectVisit } from '#/door/direct-visit.js';
import type { VaultLink } from '../shared/vault-link.js';
import type { HostLink } from './host-link.js';
import { land } from './landing.js';

export interface SessionWish {
  readonly account: Pick<AccountRow, 'id' | 'user' | 'address' | 'port'>;
  /** What the vault is asked for. */
  readonly connect: Omit<CallArgs<'person.connect'>, 'ticket' | 'accountId' | 'named'>;
  /** What the session host is told beside it. */
  readonly open: Pick<Extract<ToHost, { type: 'open' }>, 'lang' | 'environment' | 'channel' | 'screen'>;
}

export interface OpenedSession {
  readonly sessionId: string;
  readonly link: HostLink;
  /** Nobody can be asked about a host key without a screen. */
  readonly refuseKey: () => Promise<void>;
}

/** A session without screens, from the grant to the session host that was told to open it: stages 0 to 2. */
export async function openSession(
  visit: Pick<DirectVisit, 'login' | 'forgotten'>,
  { vault, run }: { readonly vault: VaultLink; readonly run: string },
  { account: { id, user, address, port }, connect, open }: SessionWish,
): Promise<Outcome<OpenedSession>> {
  const { ticket } = visit.login;
  const granted = await vault.ask('person.connect', {
    ...{ ticket, accountId: id, named: { user, address, port } },
    ...connect,
  });
  if (!granted.ok) {
    if (granted.failure.code === 'NOT_LOGGED_IN') visit.forgotten();
    return granted;
  }
  const landing = granted.value.value;
  const { sessionId, permit } = landing;
  const landed = await land(vault, run, landing, { onStage: () => undefined });
  if (!landed.ok) return landed;
  const { link, proof } = landed.value;
  const { columns, rows, term } = connect;
  link.send({ type: 'open', sessionId, permit, proof, columns, rows, term, ...open });
  return done({
    sessionId,
    link,
    refuseKey: async () => {
      await vault.ask('person.decideHostKey', { ticket, sessionId, decision: 'refuse' });
      link.send({ type: 'host-key-decided' });
    },
  });
}
