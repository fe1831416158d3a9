import type { AccountRow, PersonSafeRow } from '#/contract/rows.js';
import { usePortal, useServices } from '../../context.js';
import type { Route } from '../../route.js';

/** Opens the screens where accounts are made and changed, once it is known what one may do where. */
export function useAccountActs() {
  const { state: portal, failed, after } = usePortal();
  const services = useServices();
  const go = (routeOf: (safes: readonly PersonSafeRow[]) => Route | string): void =>
    after(services.safes(), (outcome) => {
      if (!outcome.ok) return failed(outcome.failure);
      const route = routeOf(outcome.value);
      if (typeof route === 'string')
        portal.dispatch({ type: 'notice', notice: { tone: 'warning', text: route } });
      // not over another screen that was opened meanwhile
      else if (portal.now().stack.at(-1)?.screen === 'accounts') portal.dispatch({ type: 'go', route });
    });
  return {
    add: () =>
      go((safes) => {
        const where = safes.filter((safe) => !safe.builtIn && safe.permissions.includes('addAccounts'));
        return where.length > 0
          ? { screen: 'addAccount', safes: where.map((safe) => safe.name) }
          : 'You may not add accounts: addAccounts is missing on every safe of yours.';
      }),
    change: (account: AccountRow | null) => {
      if (account === null) return;
      go((safes) => ({
        screen: 'manageAccount',
        account,
        may: safes.find((safe) => safe.name === account.safe)?.permissions ?? [],
      }));
    },
  };
}
