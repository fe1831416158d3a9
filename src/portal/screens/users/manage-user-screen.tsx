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
    const acts = USER_ACTS.map((act) => ({ ...act, without: without(act, person?.rights ?? []) }));
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

function without({ needs }: UserAct, rights: readonly VaultRight[]): string | null {
  return rights.includes(needs) ? null : `the right ${needs} is missing.`;
}

function ask(
  services: ManageServices,
  kind: UserAct['kind'],
  name: string,
  { text, secret }: Filled,
): Promise<Outcome<null>> {
  const change = changeOf(kind, text);
  if (change !== null) return services.setUser(name, change);
  if (kind === 'password') return services.resetPassword(name, secret('password'));
  return kind === 'disable' ? services.disableUser(name) : services.activateUser(name);
}
