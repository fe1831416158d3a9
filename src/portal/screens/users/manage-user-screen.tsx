import { useState } from 'react';
import type { UserRow } from '#/contract/rows.js';
import { done, type Outcome } from '#/domain/outcome.js';
import type { VaultRight } from '#/domain/permission.js';
import { usePortal, useServices } from '../../context.js';
import type { ManageServices } from '../../manage-services.js';
import { useStore } from '../../store.js';
import { Acts } from '../form/acts.js';
import { type Filled, Form } from '../form/form.js';
import type { Field } from '../form/form-state.js';
import { PASSWORD_FIELDS } from './user-fields.js';

interface UserAct {
  readonly kind: 'password' | 'disable' | 'activate';
  readonly label: string;
  readonly needs: VaultRight;
  readonly intro: string;
  readonly done: string;
  readonly fields: readonly Field[];
}

const NONE: readonly Field[] = [];
const USER_ACTS: readonly UserAct[] = [
  {
    kind: 'activate',
    label: 'Enable and unlock',
    needs: 'activateUsers',
    intro: 'May log in again.',
    done: 'is enabled and unlocked',
    fields: NONE,
  },
  {
    kind: 'password',
    label: 'Set a password',
    needs: 'resetUsersPasswords',
    intro: 'Logged out at once; the password must be changed at the next login.',
    done: 'has a new password, to be changed at the next login',
    fields: PASSWORD_FIELDS,
  },
  {
    kind: 'disable',
    label: 'Disable',
    needs: 'addUpdateUsers',
    intro: 'Logged out at once; sessions that run are ended within a minute.',
    done: 'is disabled',
    fields: NONE,
  },
];

/** What somebody may do with another user. */
export function ManageUserScreen({ user }: { readonly user: UserRow }) {
  const { state: portal } = usePortal();
  const services = useServices();
  const { person } = useStore(portal);
  const [chosen, choose] = useState<UserAct | null>(null);
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
      fields={chosen.fields}
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
  { secret }: Filled,
): Promise<Outcome<null>> {
  switch (kind) {
    case 'password':
      return services.resetPassword(name, secret('password'));
    case 'disable':
      return services.disableUser(name);
    case 'activate':
      return services.activateUser(name);
    default:
      return kind satisfies never;
  }
}
