import { CONSOLE, type Vault } from './vault.js';

/** The user whom a new home is made with, and whose one-time password lies in a file of it until he has another. */
export const ADMINISTRATOR = 'Administrator';

/** To be called when `name` has another password: has the file with the first one removed, if it was that one's. */
export async function forgetFirstPassword(vault: Vault, name: string): Promise<void> {
  const user = await vault.store.transaction(({ people }) => people.userByName(name));
  if (user?.name !== ADMINISTRATOR) return;
  const result = await vault.order({ kind: 'forget-first-password' });
  if (result.kind !== 'failed') return;
  await vault.store.transaction((records) =>
    vault.journal.append(records.audit, {
      ...CONSOLE,
      actor: 'posternd',
      action: 'userChanged',
      outcome: 'failure',
      target: ADMINISTRATOR,
      detail: `the file with the first password is still there, remove it: ${result.detail}`,
    }),
  );
}

/** At every start: a change may have been cut off before its order, or be older than the order is. */
export async function forgetChangedPassword(vault: Vault): Promise<void> {
  const user = await vault.store.transaction(({ people }) => people.userByName(ADMINISTRATOR));
  if (user !== null && !user.mustChangePassword) await forgetFirstPassword(vault, ADMINISTRATOR);
}
