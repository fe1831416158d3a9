import { createHash, timingSafeEqual } from 'node:crypto';
import { COMPONENT_PASSWORD_BYTES } from '#/contract/credentials.js';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import type { Component } from '#/domain/people.js';
import { withNewPassword } from '../judge-component.js';
import type { Answer, Connection, Handlers, Vault } from '../vault.js';

const DIGEST_BYTES = 32;

/** A component changes its own password: one process at a time, and none while the component is disabled. */
export function rotationCalls(vault: Vault): Handlers<'component.rotation'> {
  const { components } = vault;
  return {
    async 'component.rotation'({ component, step }, { connection }, blob) {
      if (!connection.components.has(component))
        return failed(failure('NOT_YOUR_ROLE', `This connection is not logged in as ${component}.`));
      switch (step) {
        case 'begin':
          return components.lease(component, connection)
            ? done({ value: { current: true } })
            : failed(failure('CREDENTIAL_BUSY', component));
        case 'check':
          return await check(vault, component, blob);
        case 'commit':
          return await commit(vault, component, connection, blob);
        case 'end':
          components.release(component, connection);
          return done({ value: { current: true } });
        default:
          return step satisfies never;
      }
    },
  };
}

async function check(
  vault: Vault,
  component: Component,
  digest: Buffer,
): Promise<Answer<'component.rotation'>> {
  if (digest.length !== DIGEST_BYTES) return failed(failure('BAD_INPUT', 'a SHA-256 is wanted'));
  const stored = await vault.store.transaction(({ components }) => components.component(component));
  if (stored === null || stored.disabled) return failed(failure('COMPONENT_DISABLED', component));
  return done({ value: { current: timingSafeEqual(stored.hash, digest) } });
}

async function commit(
  vault: Vault,
  component: Component,
  connection: Connection,
  password: Buffer,
): Promise<Answer<'component.rotation'>> {
  if (password.length !== COMPONENT_PASSWORD_BYTES)
    return failed(failure('BAD_INPUT', `a password of ${COMPONENT_PASSWORD_BYTES} bytes is wanted`));
  const hash = createHash('sha256').update(password).digest();
  return await vault.store.transaction(async (records): Promise<Answer<'component.rotation'>> => {
    // asked in here: a repair by hand may have taken the right away while we waited for our turn
    if (!vault.components.holds(component, connection)) return failed(failure('CREDENTIAL_BUSY', component));
    const stored = await records.components.component(component);
    if (stored === null || stored.disabled) return failed(failure('COMPONENT_DISABLED', component));
    await records.components.putComponent(component, withNewPassword(stored, hash, vault.now()));
    await vault.journal.append(records.audit, {
      action: 'credentialRotated',
      outcome: 'ok',
      actor: component,
      detail: 'the vault took the new password',
    });
    return done({ value: { current: true } });
  });
}
