import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { COMPONENTS, type Component } from '#/domain/people.js';
import type { StoredComponent } from './records/components.js';
import type { Vault } from './vault.js';

const MINUTE = 60_000;
/** After a rotation that failed, the next try waits this long at least, in milliseconds. */
const TRY_AGAIN = 10 * MINUTE;

/** When a component's password is due to change; null: never by itself. A vault of the first release did not write down when. */
export function nextRotation(stored: StoredComponent, minutes: number): number | null {
  return minutes === 0 || stored.disabled ? null : (stored.rotatedAt ?? 0) + minutes * MINUTE;
}

/** Has every component whose password is old enough change it, one after the other. */
export async function rotateDue(vault: Vault): Promise<void> {
  const minutes = vault.settings.credentialRotationMinutes;
  for (const component of COMPONENTS) {
    const stored = await vault.store.transaction(({ components }) => components.component(component));
    const due = stored === null ? null : nextRotation(stored, minutes);
    if (due === null || due > vault.now() || processOf(vault, component) === undefined) continue;
    const every = Math.min(TRY_AGAIN, minutes * MINUTE);
    if (vault.components.sayAgain(`rotate ${component}`, every))
      await askToRotate(vault, component, 'posternd');
  }
}

/** Has one of a component's processes change its password. The process writes the file; the vault only takes the new one. */
export async function askToRotate(vault: Vault, component: Component, by: string): Promise<Outcome<null>> {
  const connection = processOf(vault, component);
  if (connection === undefined)
    return failed({
      ...failure('NOT_FOUND', `A process that is logged in as ${component}`),
      next: `Is its file in order? postern credfile show ${component}`,
    });
  const outcome = await connection.peer.call('component.rotate', { component });
  if (outcome.ok) return done(null);
  await vault.store.transaction((records) =>
    vault.journal.append(records.audit, {
      action: 'credentialRotated',
      outcome: 'failure',
      actor: by,
      target: component,
      code: outcome.failure.code,
      detail: outcome.failure.message,
    }),
  );
  return outcome;
}

function processOf({ connections }: Vault, component: Component) {
  return [...connections].find((one) => one.components.has(component));
}
