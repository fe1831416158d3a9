import type { Failure } from '#/domain/failure.js';
import type { Ending } from '#/domain/session.js';
import { endingOfClient } from './ending.js';
import type { Pipes } from './pipes.js';
import type { SharedLogin } from './shared-login.js';
import type { RunningClient, Trail } from './trail.js';

export interface ChannelClient {
  /** The channel is over. `why`: nothing ran on it; `status` null: it did not end by itself. */
  exited(status: number | null, why: Failure | null): void;
  /** The channel is open: it is what runs for the session now. */
  runs(channel: Pipes): RunningClient;
}

/** A channel of a login, as what runs for a session. */
export function channelClient(trail: Trail, login: SharedLogin, keepAliveSeconds: number): ChannelClient {
  const ending = Promise.withResolvers<Ending | Failure>();
  return {
    exited(status, why) {
      if (why !== null) return ending.resolve(why);
      if (status === null) return ending.resolve(endingWithLogin(login, keepAliveSeconds));
      // as OpenSSH's client: windows that are still open are waited for
      void (trail.returns?.quiet() ?? Promise.resolve()).then(() =>
        ending.resolve({ kind: 'exited', status, signal: null }),
      );
    },
    runs(channel) {
      trail.client = {
        ending: ending.promise,
        stop() {
          trail.returns?.end();
          channel.destroy();
          return Promise.resolve(null);
        },
        destroy: () => channel.destroy(),
      };
      return trail.client;
    },
  };
}

/** The login went, and its channels with it. */
function endingWithLogin({ target }: SharedLogin, keepAliveSeconds: number): Ending {
  const how =
    target === null ? null : endingOfClient({ status: 255, signal: null }, target, keepAliveSeconds);
  return how?.kind === 'target-lost'
    ? how
    : { kind: 'target-lost', detail: 'the client that held the login ended' };
}
