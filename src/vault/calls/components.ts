import { createHash, timingSafeEqual } from 'node:crypto';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { SOCKET_COMPONENTS } from '../roles.js';
import type { Handlers, Vault } from '../vault.js';

/** Components log in; then the portal may open. */
export function componentCalls(
  vault: Vault,
): Handlers<'component.login' | 'vault.status' | 'portal.configuration'> {
  const { settings, store, journal, keyring } = vault;
  return {
    async 'component.login'({ component }, { connection }, password) {
      const here = SOCKET_COMPONENTS[connection.socket].includes(component);
      const given = createHash('sha256').update(password).digest();
      const right = await store.transaction(async (records) => {
        const stored = await records.meta.componentHash(component);
        const same = timingSafeEqual(given, stored ?? Buffer.alloc(given.length)) && stored !== null;
        const detail = here ? (same ? null : 'wrong password') : `not on socket ${connection.socket}`;
        await journal.append(records.audit, {
          action: detail === null ? 'componentLogon' : 'componentRefused',
          outcome: detail === null ? 'ok' : 'failure',
          actor: component,
          code: detail === null ? null : 'NOT_YOUR_ROLE',
          detail: detail ?? connection.socket,
        });
        return detail === null;
      });
      if (!right)
        return failed(failure('NOT_YOUR_ROLE', `The vault does not take this connection for ${component}.`));
      connection.components.add(component);
      return done({ value: { component } });
    },
    'vault.status': () =>
      Promise.resolve(
        done({
          value: {
            sealed: keyring.sealed,
            version: settings.version,
            isolation: settings.isolation.level,
            minimumIsolation: settings.isolation.minimum,
          },
        }),
      ),
    'portal.configuration': () =>
      Promise.resolve(
        done({
          value: {
            branding: settings.branding,
            methods: ['vault'],
            version: settings.version,
            sessionHosts: settings.sessionHosts,
          },
        }),
      ),
  };
}
