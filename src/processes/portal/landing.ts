import { socketPath } from '#/contract/sockets.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { SessionHooks } from '#/portal/services.js';
import type { VaultLink } from '../shared/vault-link.js';
import { type HostLink, openHostLink } from './host-link.js';

export interface Landing {
  readonly sessionId: string;
  readonly permit: string;
  /** Numbers of the session hosts that may take it, best first. */
  readonly hosts: readonly number[];
}

export interface Landed {
  readonly link: HostLink;
  readonly proof: string;
}

/** Stages 1 and 2: finds a session host that takes the session, and proves to it that a portal sends it. */
export async function land(
  vault: VaultLink,
  run: string,
  landing: Landing,
  hooks: Pick<SessionHooks, 'onStage'>,
): Promise<Outcome<Landed>> {
  hooks.onStage(1, 'begun');
  const link = await firstHost(run, landing.hosts);
  if (!link.ok) return link;
  hooks.onStage(1, 'done');
  hooks.onStage(2, 'begun');
  const proof = await prove(vault, landing, link.value.nonce);
  if (!proof.ok) {
    link.value.close();
    return proof;
  }
  hooks.onStage(2, 'done');
  return { ok: true, value: { link: link.value, proof: proof.value } };
}

async function firstHost(run: string, hosts: readonly number[]): Promise<Outcome<HostLink>> {
  let why = 'none is running';
  for (const host of hosts) {
    const link = await openHostLink(socketPath(run, 'session', host));
    if (!('refused' in link)) return { ok: true, value: link };
    why = link.refused;
  }
  return failed(failure('SESSION_HOST_UNAVAILABLE', why));
}

/** The vault signs, for this session and this connection only: a portal never holds the key. */
async function prove(
  vault: VaultLink,
  { sessionId, permit }: Landing,
  nonce: string,
): Promise<Outcome<string>> {
  const asked = await vault.ask('portal.psmServer', { sessionId, nonce, permit });
  return asked.ok
    ? done(asked.value.value.proof)
    : failed(failure('PSM_SERVER_LOGON', asked.failure.message));
}
