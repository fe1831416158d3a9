import type { LoggedIn } from '#/contract/calls.js';
import type { DirectLogin } from './direct-visit.js';

/** Who logged in at the door, on one connection. */
export interface ConnectionLogin {
  /** The login of the key that opened the connection: the first terminal gets it, and ends it. */
  take(): LoggedIn | null;
  /** The login of a direct connection; it stays with the connection, whose channels share it. */
  shared(): DirectLogin | null;
  /** The reason that was given last, at the login or on a channel: of what has no way to bring one along. */
  reason(): string | null;
  because(reason: string | null): void;
  /** The vault says that it is over. */
  over(): void;
}

export interface HeldLogin extends ConnectionLogin {
  hold(login: LoggedIn): void;
  share(direct: DirectLogin): void;
  /** The connection is gone: what nobody took is logged out. */
  abandon(): void;
}

export function holdLogin(ends: {
  readonly abandon: (login: LoggedIn) => void;
  /** The connection's login is over: it is a stranger's again. */
  readonly over: () => void;
}): HeldLogin {
  let held: LoggedIn | null = null;
  let direct: DirectLogin | null = null;
  let reason: string | null = null;
  return {
    take() {
      const taken = held;
      held = null;
      return taken;
    },
    shared: () => direct,
    reason: () => reason,
    because(given) {
      reason = given ?? reason;
    },
    over() {
      if (direct === null) return;
      direct = null;
      ends.over();
    },
    hold(login) {
      held = login;
    },
    share(shared) {
      direct = shared;
      reason = shared.reason;
    },
    abandon() {
      const left = held ?? direct?.login ?? null;
      held = null;
      direct = null;
      if (left !== null) ends.abandon(left);
    },
  };
}
