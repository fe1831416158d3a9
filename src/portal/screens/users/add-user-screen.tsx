import { done } from '#/domain/outcome.js';
import { usePortal, useServices } from '../../context.js';
import { type Filled, Form } from '../form/form.js';
import { groupsOf, NEW_USER_FIELDS } from './user-fields.js';

/** A new user of the vault's own. */
export function AddUserScreen() {
  const { state: portal } = usePortal();
  const services = useServices();
  const back = (): void => portal.dispatch({ type: 'back' });
  const submit = async ({ text, secret }: Filled) => {
    const wanted = { name: text('name'), groups: groupsOf(text('groups')) };
    const added = await services.addUser(wanted, secret('password'));
    return added.ok ? done(`User ${wanted.name} is added.`) : added;
  };
  return <Form title="A new user" fields={NEW_USER_FIELDS} submit={submit} onBack={back} onDone={back} />;
}
