import { done } from '#/domain/outcome.js';
import { usePortal, useServices } from '../../context.js';
import { type Filled, Form } from '../form/form.js';
import { NEW_GROUP_FIELDS } from './group-acts.js';

/** A new group of users. */
export function AddGroupScreen() {
  const { state: portal } = usePortal();
  const services = useServices();
  const back = (): void => portal.dispatch({ type: 'back' });
  const submit = async ({ text }: Filled) => {
    const added = await services.addGroup(text('name'));
    return added.ok ? done(`Group ${text('name')} is made.`) : added;
  };
  return (
    <Form
      title="A new group"
      intro="It has nothing in any safe yet. Who does not hold every right is its first member."
      fields={NEW_GROUP_FIELDS}
      submit={submit}
      onBack={back}
      onDone={back}
    />
  );
}
