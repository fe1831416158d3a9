import { useMemo, useRef } from 'react';
import { done } from '#/domain/outcome.js';
import { usePortal } from '../../context.js';
import { type Filled, Form } from '../form/form.js';
import type { Field } from '../form/form-state.js';
import { directoryField } from './map-fields.js';

/** Whom to try a directory's maps with. */
export function AskTrialScreen({ directories }: { readonly directories: readonly string[] }) {
  const { state: portal } = usePortal();
  const fields = useMemo(
    (): readonly Field[] => [
      directoryField(directories),
      {
        kind: 'text',
        name: 'user',
        label: 'User there',
        about: 'As he would type it at a login. No password is tried, nothing is changed.',
        check: (typed) => (typed === '' ? 'Name somebody of the directory.' : null),
      },
    ],
    [directories],
  );
  const back = (): void => portal.dispatch({ type: 'back' });
  const wanted = useRef({ directory: '', user: '' });
  const submit = ({ text }: Filled) => {
    wanted.current = { directory: text('directory'), user: text('user') };
    return Promise.resolve(done(`${wanted.current.directory} is asked about ${wanted.current.user}.`));
  };
  const next = (): void =>
    portal.dispatch({ type: 'replace', route: { screen: 'trial', ...wanted.current } });
  return <Form title="Try a directory" fields={fields} submit={submit} onBack={back} onDone={next} />;
}
