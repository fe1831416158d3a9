import type { SessionGrant } from '#/contract/rows.js';
import { type Failure, failure } from '#/domain/failure.js';
import { fingerprint, type HostKey } from '#/domain/host-key.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { probeInBox } from './box.js';
import { clientFailure } from './client-failure.js';
import { openDial } from './dial.js';
import { openHostKeyDesk } from './host-key.js';
import type { SessionHostParts } from './parts.js';
import type { PortalLink } from './portal-link.js';
import type { SessionDirectory } from './session-directory.js';
import { spoolTrouble } from './spool-check.js';
import { clientPaths, probeConfig } from './ssh-config.js';
import { connectTarget } from './target.js';

export interface LearnOptions {
  readonly parts: SessionHostParts;
  readonly link: PortalLink;
  readonly grant: SessionGrant;
  readonly directory: SessionDirectory;
  readonly term: string;
  readonly lang: string;
  readonly signal: AbortSignal;
  /** Resolves when the portal says that the person has decided; rejects never, resolves false when nobody will. */
  readonly decided: () => Promise<boolean>;
}

/** Between stages 4 and 5: the key that the account's target is to show, learnt in a box of its own when none is pinned. */
export async function learnHostKey(options: LearnOptions): Promise<Outcome<HostKey>> {
  const { grant, parts } = options;
  if (grant.hostKey !== null) return done(grant.hostKey);
  const trouble = await spoolTrouble(parts.spool, parts.reserveBytes, grant.sessionId);
  if (trouble !== null) return failed(failure('RECORDER_UNAVAILABLE', trouble));
  const shown = await probe(options);
  if (!shown.ok) return shown;
  const key = shown.value;
  const first = await parts.vault.ask('session.hostKey', { sessionId: grant.sessionId, key });
  if (!first.ok) return first;
  if (first.value.value.verdict !== 'ask')
    return judge(first.value.value.verdict, key, first.value.value.pinned);
  options.link.send({
    type: 'host-key',
    key,
    fingerprint: fingerprint(key),
    mayPin: first.value.value.mayPin,
  });
  if (!(await options.decided())) return failed(failure('HOST_KEY_UNKNOWN'));
  const second = await parts.vault.ask('session.hostKey', { sessionId: grant.sessionId, key });
  return second.ok ? judge(second.value.value.verdict, key, second.value.value.pinned) : second;
}

function judge(
  verdict: 'pinned' | 'accepted' | 'ask' | 'changed' | 'refused',
  key: HostKey,
  pinned: HostKey | null,
): Outcome<HostKey> {
  if (verdict === 'pinned' || verdict === 'accepted') return done(key);
  return failed(verdict === 'changed' ? hostKeyChanged(key, pinned) : failure('HOST_KEY_UNKNOWN'));
}

function hostKeyChanged(shown: HostKey, pinned: HostKey | null): Failure {
  const was = pinned === null ? 'unknown' : `${pinned.type} ${fingerprint(pinned)}`;
  return failure('HOST_KEY_CHANGED', `Pinned: ${was}. Shown: ${shown.type} ${fingerprint(shown)}.`, {
    stage: 4,
  });
}

async function probe(options: LearnOptions): Promise<Outcome<HostKey>> {
  const { parts, grant, directory, signal } = options;
  const target = await connectTarget(grant.target, signal);
  if (!target.ok) return target;
  // whatever throws from here on, nothing of the probe stays behind
  using open = new DisposableStack();
  open.defer(() => target.value.destroy());
  const shadow = await parts.vault.ask('session.shadow', {
    sessionId: grant.sessionId,
    term: options.term,
    lang: options.lang,
    program: 'probe',
  });
  if (!shadow.ok) return shadow;
  const paths = clientPaths(shadow.value.value.level, { session: directory.path, inside: parts.inside });
  directory.write('probe_config', probeConfig({ paths, port: grant.target.port }));
  const dial = await openDial(directory.socket('dial'), target.value, parts.now);
  open.defer(() => dial.end());
  const desk = await openHostKeyDesk(directory.socket('hostkey'), null);
  open.defer(() => desk.close());
  const end = await probeInBox(parts.box, grant.sessionId, signal);
  if (desk.offered !== null) return done(desk.offered);
  const nothing = { type: 'none', base64: '' };
  return failed(
    clientFailure({
      ...end,
      pinned: nothing,
      offered: null,
      askedAgain: null,
      targetWentFirst: dial.targetWentFirst,
      secretUsed: false,
    }),
  );
}
