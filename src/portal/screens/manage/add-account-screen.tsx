import { useMemo } from 'react';
import { done } from '#/domain/outcome.js';
import { usePortal, useServices } from '../../context.js';
import { type Filled, Form } from '../form/form.js';
import { newAccountFields, portOf, secretKindOf } from './account-fields.js';
import { typedSecret } from './typed-secret.js';

/** A new account, in one of the safes where one may add some. */
export function AddAccountScreen({
  safes,
  platforms,
}: {
  readonly safes: readonly string[];
  readonly platforms: readonly string[];
}) {
  const { state: portal } = usePortal();
  const services = useServices();
  const fields = useMemo(() => newAccountFields(safes, platforms), [safes, platforms]);
  const submit = async (filled: Filled) => {
    const { text } = filled;
    const [user, address, safe, platform] = [text('user'), text('address'), text('safe'), text('platform')];
    const secretKind = secretKindOf(text('secretKind'));
    const wanted = { safe, platform, user, address, port: portOf(text('port')), secretKind };
    const added = await services.addAccount(wanted, typedSecret(filled));
    return added.ok ? done(`${user}@${address} is in ${safe}.`) : added;
  };
  const back = (): void => portal.dispatch({ type: 'back' });
  return <Form title="A new account" fields={fields} submit={submit} onBack={back} onDone={back} />;
}
