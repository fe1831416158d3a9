import type { HostParts } from './parts.js';
import { beginLogin, type SharedLogin } from './shared-login.js';

/** The logins of this host that carry channels. */
export interface SharedLogins {
  /** One that a session of this share can ride on: it is up, or on its way. */
  find(share: string | null): SharedLogin | null;
  /** The one that this session made, if it takes another session. */
  madeBy(sessionId: string): SharedLogin | null;
  /** A new one; from now on others find it. */
  begin(sessionId: string, share: string | null): SharedLogin;
  /** Resolves when all of them are over. */
  end(): Promise<void>;
}

export function createSharedLogins(parts: HostParts): SharedLogins {
  const logins = new Set<SharedLogin>();
  return {
    find(share) {
      if (share === null) return null;
      for (const login of logins) if (login.share === share && login.hasRoom) return login;
      return null;
    },
    madeBy(sessionId) {
      for (const login of logins) if (login.sessionId === sessionId && login.hasRoom) return login;
      return null;
    },
    begin(sessionId, share) {
      const login = beginLogin({ parts, sessionId, share });
      logins.add(login);
      void login.over.finally(() => logins.delete(login));
      return login;
    },
    async end() {
      for (const login of logins) login.end();
      await Promise.allSettled([...logins].map((login) => login.over));
    },
  };
}
