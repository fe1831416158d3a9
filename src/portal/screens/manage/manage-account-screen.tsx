import { useMemo, useState } from 'react';
import type { AccountRow } from '#/contract/rows.js';
import { accountName } from '#/domain/account.js';
import { done, type Outcome } from '#/domain/outcome.js';
import type { Permission } from '#/domain/permission.js';
import { usePortal, useServices } from '../../context.js';
import type { ManageServices } from '../../manage-services.js';
import { Acts } from '../form/acts.js';
import { type Filled, Form } from '../form/form.js';
import { ACCOUNT_ACTS, type AccountAct } from './account-acts.js';
import { portOf, secretKindOf } from './account-fields.js';
import { typedSecret } from './typed-secret.js';

/** What somebody may do with an account, beside connecting. */
export function ManageAccountScreen({
  account,
  may,
}: {
  readonly account: AccountRow;
  readonly may: readonly Permission[];
}) {
  const { state: portal } = usePortal();
  const services = useServices();
  const [chosen, choose] = useState<AccountAct | null>(null);
  const back = (): void => portal.dispatch({ type: 'back' });
  if (chosen !== null)
    return (
      <AccountForm
        act={chosen}
        account={account}
        services={services}
        onBack={() => choose(null)}
        onDone={back}
      />
    );
  const acts = ACCOUNT_ACTS.map((act) => ({
    act,
    label: act.label,
    without: may.includes(act.needs) ? null : `${act.needs} on safe ${account.safe} is missing.`,
  }));
  return <Acts title={accountName(account)} acts={acts} onTake={({ act }) => choose(act)} onBack={back} />;
}

interface AccountFormProps {
  readonly act: AccountAct;
  readonly account: AccountRow;
  readonly services: ManageServices;
  readonly onBack: () => void;
  readonly onDone: () => void;
}

function AccountForm({ act, account, services, onBack, onDone }: AccountFormProps) {
  const { title, intro, fields } = useMemo(() => act.form(account), [act, account]);
  return (
    <Form
      title={title}
      intro={intro}
      fields={fields}
      submit={async (filled) => {
        const answer = await ask(services, act.kind, account, filled);
        return answer.ok ? done(act.done(account, filled.text)) : answer;
      }}
      onBack={onBack}
      onDone={onDone}
    />
  );
}

function ask(
  services: ManageServices,
  kind: AccountAct['kind'],
  { id }: AccountRow,
  filled: Filled,
): Promise<Outcome<null>> {
  switch (kind) {
    case 'rename':
      return services.renameAccount(id, { user: filled.text('user'), address: filled.text('address') });
    case 'port':
      return services.setAccount(id, { port: portOf(filled.text('port')) });
    case 'secret':
      return services.setAccountSecret(id, secretKindOf(filled.text('secretKind')), typedSecret(filled));
    case 'disable':
      return services.setAccount(id, { disabledWhy: filled.text('why') });
    case 'enable':
      return services.setAccount(id, { disabledWhy: null });
    case 'forget':
      return services.setAccount(id, { forgetHostKey: true });
    case 'delete':
      return services.deleteAccount(id);
    default:
      return kind satisfies never;
  }
}
