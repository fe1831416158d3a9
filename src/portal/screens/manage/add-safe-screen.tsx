import { done } from '#/domain/outcome.js';
import { usePortal, useServices } from '../../context.js';
import { type Filled, Form } from '../form/form.js';
import { safeField } from './safe-field.js';

const FIELDS = [safeField()];

/** A new safe, of which one is the first member. */
export function AddSafeScreen() {
  const { state: portal } = usePortal();
  const services = useServices();
  const back = (): void => portal.dispatch({ type: 'back' });
  const submit = async ({ text }: Filled) => {
    const added = await services.addSafe(text('name'));
    return added.ok ? done(`Safe ${text('name')} is made.`) : added;
  };
  return (
    <Form
      title="A new safe"
      intro="You are its first member, with every permission."
      fields={FIELDS}
      submit={submit}
      onBack={back}
      onDone={back}
    />
  );
}
