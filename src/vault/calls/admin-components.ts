import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import type { Component } from '#/domain/people.js';
import { componentRow, componentRows } from '../component-rows.js';
import { repairCredential } from '../repair-credential.js';
import { askToRotate } from '../rotate-due.js';
import { type Answer, CONSOLE, type Handlers, type Vault } from '../vault.js';

type Calls =
  | 'admin.component.list'
  | 'admin.component.set'
  | 'admin.credfile.create'
  | 'admin.credfile.resync'
  | 'admin.credfile.rotate';

/** Component users and their credential files, by hand. */
export function adminComponentCalls(vault: Vault): Handlers<Calls> {
  const row = async (component: Component) => done({ value: await componentRow(vault, component) });
  return {
    'admin.component.list': async () => done({ value: await componentRows(vault) }),
    'admin.component.set': ({ component, disabled }) => setDisabled(vault, component, disabled),
    async 'admin.credfile.create'({ component }) {
      const { state, file } = await componentRow(vault, component);
      if (state !== 'missing')
        return failed({
          ...failure('ALREADY_EXISTS', file),
          next: `To replace it: postern credfile resync ${component}`,
        });
      const outcome = await repairCredential(vault, component, 'created');
      return outcome.ok ? await row(component) : outcome;
    },
    async 'admin.credfile.resync'({ component }) {
      const outcome = await repairCredential(vault, component, 'repaired');
      return outcome.ok ? await row(component) : outcome;
    },
    async 'admin.credfile.rotate'({ component }) {
      const outcome = await askToRotate(vault, component, CONSOLE.actor);
      return outcome.ok ? await row(component) : outcome;
    },
  };
}

async function setDisabled(
  vault: Vault,
  component: Component,
  disabled: boolean,
): Promise<Answer<'admin.component.set'>> {
  return await vault.store.transaction(async (records) => {
    const stored = await records.components.component(component);
    if (stored === null) return failed(failure('NOT_FOUND', `Component user ${component}`));
    await records.components.putComponent(component, { ...stored, disabled });
    await vault.journal.append(records.audit, {
      ...CONSOLE,
      action: 'componentChanged',
      outcome: 'ok',
      target: component,
      detail: disabled ? 'disabled' : 'enabled',
    });
    vault.components.forgetDisabled();
    return done({ value: null });
  });
}
