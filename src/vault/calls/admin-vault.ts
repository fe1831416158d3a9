import { done } from '#/domain/outcome.js';
import { examine } from '../examine.js';
import { openWithPhrase } from '../open-vault.js';
import { CONSOLE, type Handlers, type Vault } from '../vault.js';

/** The vault itself: opening it, and what it says of its health. */
export function adminVaultCalls(vault: Vault): Handlers<'admin.unseal' | 'admin.doctor'> {
  return {
    async 'admin.unseal'(_args, _asking, passphrase) {
      const outcome = await openWithPhrase(vault, passphrase);
      await vault.store.transaction((records) =>
        vault.journal.append(records.audit, {
          ...CONSOLE,
          action: 'daemonStarted',
          outcome: outcome.ok ? 'ok' : 'failure',
          code: outcome.ok ? null : outcome.failure.code,
          detail: 'unseal',
        }),
      );
      return outcome.ok ? done({ value: null }) : outcome;
    },
    'admin.doctor': async () => done({ value: await examine(vault) }),
  };
}
