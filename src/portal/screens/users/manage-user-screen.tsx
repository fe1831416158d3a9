import { useMemo, useState } from 'react';
import type { UserRow } from '#/contract/rows.js';
import { done, type Outcome } from '#/domain/outcome.js';
import type { VaultRight } from '#/domain/permission.js';
import { usePortal, useServices } from '../../context.js';
import type { ManageServices } from '../../manage-services.js';
import { useStore } from '../../store.js';
import { Acts } from '../form/acts.js';
import { type Filled, Form } from '../form/form.js';
import { changeOf, USER_ACTS, type UserAct } from './user-acts.js';

/** What somebody may do with another user. */
export function ManageUserScreen({ user }: { readonly user: UserRow }) {
  const { state: portal } = usePortal();
  const services = useServices();
  const { person } = useStore(portal);
  const [chosen, choose] = useState<UserAct | null>(null);
  const fields = useMemo(() => chosen?.fields(user) ?? [], [chosen, user]);
  const back = (): void => portal.dispatch({ type: 'back' });
  if (chosen === null) {
    const acts = USER_ACTS.map((act) => ({ ...act, without: without(act, user, person?.rights ?? []) }));
    return <Acts title={user.name} acts={acts} onTake={choose} onBack={back} />;
  }
  const submit = async (filled: Filled) => {
    const answer = await ask(services, chosen.kind, user.name, filled);
    return answer.ok ? done(`User ${user.name} ${chosen.done}.`) : answer;
  };
  return (
    <Form
      title={`${chosen.label}: ${user.name}`}
      intro={chosen.intro}
      fields={fields}
      submit={submit}
      onBack={() => choose(null)}
      onDone={back}
    />
  );
}

function without({ needs, idle }: UserAct, user: UserRow, rights: readonly VaultRight[]): string | null {
  return rights.includes(needs) ? (idle?.(user) ?? null) : `the right ${needs} is missing.`;
}

function ask(
  services: ManageServices,
  kind: UserAct['kind'],
  name: string,
  { text, secret }: Filled,
): Promise<Outcome<unknown>> {
  switch (kind) {
    case 'password':
      return services.resetPassword(name, secret('password'));
    case 'disable':
      return services.disableUser(name);
    case 'activate':
      return services.activateUser(name);
    case 'factor':
      return services.resetSecondFactor(name);
    case 'addKey':
      return services.addUserKey(name, text('key'));
    case 'removeKey':
      return services.removeUserKey(name, text('key').split(' ')[0] ?? '');
    case 'expiry':
    case 'hours':
    case 'rights':
    case 'groups':
      return services.setUser(name, changeOf(kind, text));
    default:
      return kind satisfies never;
  }
}
