import { useMemo, useState } from 'react';
import type { GroupRow } from '#/contract/rows.js';
import { done, type Outcome } from '#/domain/outcome.js';
import { SECOND_FACTOR_POLICIES } from '#/domain/second-factor.js';
import { usePortal, useServices } from '../../context.js';
import type { ManageServices } from '../../manage-services.js';
import { useStore } from '../../store.js';
import { Acts } from '../form/acts.js';
import { type Filled, Form } from '../form/form.js';
import { GROUP_ACTS, type GroupAct, withoutGroup } from './group-acts.js';

/** What somebody may do with a group. */
export function ManageGroupScreen({ group }: { readonly group: GroupRow }) {
  const { state: portal } = usePortal();
  const services = useServices();
  const { person } = useStore(portal);
  const [chosen, choose] = useState<GroupAct | null>(null);
  const fields = useMemo(() => chosen?.fields(group) ?? [], [chosen, group]);
  const back = (): void => portal.dispatch({ type: 'back' });
  if (chosen === null) {
    const me = { rights: person?.rights ?? [], user: person?.user ?? '' };
    const acts = GROUP_ACTS.map((act) => ({ ...act, without: withoutGroup(act.kind, group, me) }));
    return <Acts title={group.name} acts={acts} onTake={choose} onBack={back} />;
  }
  const submit = async (filled: Filled) => {
    const answer = await ask(services, chosen.kind, group.name, filled);
    return answer.ok ? done(chosen.done(group, filled.text)) : answer;
  };
  return (
    <Form
      title={`${chosen.label}: ${group.name}`}
      intro={chosen.intro}
      fields={fields}
      submit={submit}
      onBack={() => choose(null)}
      onDone={back}
    />
  );
}

function ask(
  services: ManageServices,
  kind: GroupAct['kind'],
  name: string,
  { text }: Filled,
): Promise<Outcome<null>> {
  switch (kind) {
    case 'add':
      return services.putInGroup(name, text('user'), true);
    case 'remove':
      return services.putInGroup(name, text('user'), false);
    case 'factor':
      return services.setGroup(
        name,
        SECOND_FACTOR_POLICIES.find((one) => one === text('policy')) ?? 'required',
      );
    case 'delete':
      return services.deleteGroup(name);
    default:
      return kind satisfies never;
  }
}
