import type { Ending } from '#/domain/session.js';
import { endingOfClient } from './ending.js';
import type { SharedLogin } from './shared-login.js';

/** The login went, and its channels with it. */
export function endingWithLogin({ target }: SharedLogin, keepAliveSeconds: number): Ending {
  const how =
    target === null ? null : endingOfClient({ status: 255, signal: null }, target, keepAliveSeconds);
  return how?.kind === 'target-lost'
    ? how
    : { kind: 'target-lost', detail: 'the client that held the login ended' };
}
