import type { AccountRow } from '#/contract/rows.js';
import { usePortal, useServices } from '../../context.js';
import type { Route } from '../../route.js';

/** Opens the screens where accounts are made and changed, once it is known what one may do where. */
export function useAccountActs() {
  const { state: portal, failed, after } = usePortal();
  const services = useServices();
  const arrive = (route: Route | string): void => {
    if (typeof route === 'string')
      portal.dispatch({ type: 'notice', notice: { tone: 'warning', text: route } });
    // not over another screen that was opened meanwhile
    else if (portal.now().stack.at(-1)?.screen === 'accounts') portal.dispatch({ type: 'go', route });
  };
  return {
    add: () =>
      after(Promise.all([services.safes(), services.platforms()]), ([safes, platforms]) => {
        if (!safes.ok) return failed(safes.failure);
        if (!platforms.ok) return failed(platforms.failure);
        const where = safes.value.filter((safe) => !safe.builtIn && safe.permissions.includes('addAccounts'));
        arrive(
          where.length > 0
            ? { screen: 'addAccount', safes: where.map((safe) => safe.name), platforms: platforms.value }
            : 'You may not add accounts: addAccounts is missing on every safe of yours.',
        );
      }),
    change: (account: AccountRow | null) => {
      if (account === null) return;
      after(services.safes(), (safes) => {
        if (!safes.ok) return failed(safes.failure);
        const may = safes.value.find((safe) => safe.name === account.safe)?.permissions ?? [];
        arrive({ screen: 'manageAccount', account, may });
      });
    },
  };
}
