import type { ForwardTo } from '#/domain/forward-pattern.js';
import type { SettingValues } from '#/domain/settings.js';
import { type AccessQuestion, decide, type Verdict } from './decide.js';
import { forwardDenial, listenDenial, mayForward, mayListen } from './forwarding.js';

/** What somebody wants with an account, beside being connected. */
export interface ConnectionWish {
  readonly reason: string | null;
  readonly forward: ForwardTo | null;
  /** Where the target is to listen for him. */
  readonly listen: ForwardTo | null;
}

/** May this person be connected, now and for this? */
export function judgeConnection(
  question: AccessQuestion,
  settings: SettingValues,
  wish: ConnectionWish,
): Verdict {
  const said = decide(question);
  return said.kind === 'deny' ? said : (judgeWish(settings, wish) ?? said);
}

/** What the settings have against a wish; null: nothing. */
export function judgeWish(
  { reasonRequired, localForwarding, remoteForwarding }: SettingValues,
  { reason, forward, listen }: ConnectionWish,
): Extract<Verdict, { readonly kind: 'deny' }> | null {
  if (reasonRequired && reason === null)
    return { kind: 'deny', code: 'REASON_NEEDED', because: 'no reason was given' };
  if (listen !== null && !mayListen(listen, remoteForwarding).ok)
    return { kind: 'deny', code: 'LISTENING_DENIED', because: listenDenial(listen, remoteForwarding) };
  if (forward === null || mayForward(forward, localForwarding).ok) return null;
  return { kind: 'deny', code: 'FORWARDING_DENIED', because: forwardDenial(forward, localForwarding) };
}
