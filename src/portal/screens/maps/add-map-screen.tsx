import { useMemo } from 'react';
import { done } from '#/domain/outcome.js';
import { usePortal, useServices } from '../../context.js';
import { type Filled, Form } from '../form/form.js';
import { mapOf, newMapFields } from './map-fields.js';

/** A new rule for the people of a directory. */
export function AddMapScreen({ directories }: { readonly directories: readonly string[] }) {
  const { state: portal } = usePortal();
  const services = useServices();
  const fields = useMemo(() => newMapFields(directories), [directories]);
  const back = (): void => portal.dispatch({ type: 'back' });
  const submit = async ({ text }: Filled) => {
    const { position, map } = mapOf(text);
    const added = await services.addMap(text('directory'), position, map);
    return added.ok ? done(`A map of ${text('directory')} is added.`) : added;
  };
  return (
    <Form
      title="A new map"
      intro="It counts at the next login, and within a minute for who is logged in."
      fields={fields}
      submit={submit}
      onBack={back}
      onDone={back}
    />
  );
}
