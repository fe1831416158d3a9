import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { Component } from '#/domain/people.js';
import { withOnlyPassword } from './judge-component.js';
import { CONSOLE, type Vault } from './vault.js';

/**
 * A new file and a new password, whatever was there before. The password is made where the file is written and never comes
 * here: its hash does. Cut off at any step it can be said again; the process that logs in tries both files meanwhile.
 */
export async function repairCredential(
  vault: Vault,
  component: Component,
  what: 'created' | 'repaired',
): Promise<Outcome<null>> {
  const holder = {};
  vault.components.seize(component, holder);
  try {
    const staged = await vault.order({ kind: 'credential', component, step: 'stage', hash: null });
    const hash = staged.kind === 'credential' ? staged.stagedHash : null;
    if (hash === null)
      return failed(failure('CREDENTIAL_FILE', `of ${component} could not be written: ${detailOf(staged)}`));
    await take(vault, component, hash, what);
    const promoted = await vault.order({ kind: 'credential', component, step: 'promote', hash });
    if (promoted.kind !== 'credential' || promoted.hash !== hash)
      return failed(
        failure('CREDENTIAL_FILE', `of ${component} could not be put in place: ${detailOf(promoted)}`),
      );
    return done(null);
  } finally {
    vault.components.release(component, holder);
  }
}

async function take(
  vault: Vault,
  component: Component,
  hash: string,
  what: 'created' | 'repaired',
): Promise<void> {
  await vault.store.transaction(async (records) => {
    const stored = await records.components.component(component);
    if (stored === null) throw new Error(`there is no component ${component}`);
    const next = withOnlyPassword(stored, Buffer.from(hash, 'base64'), vault.now());
    await records.components.putComponent(component, next);
    await vault.journal.append(records.audit, {
      ...CONSOLE,
      action: 'credentialRepaired',
      outcome: 'ok',
      target: component,
      detail: `the credential file was ${what}, with a new password`,
    });
  });
}

function detailOf(result: { readonly kind: string }): string {
  return 'detail' in result ? String(result.detail) : result.kind;
}
