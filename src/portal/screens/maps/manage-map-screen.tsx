import { useState } from 'react';
import { done } from '#/domain/outcome.js';
import { usePortal, useServices } from '../../context.js';
import { Acts } from '../form/acts.js';
import { Form } from '../form/form.js';
import type { Field } from '../form/form-state.js';
import type { MapItem } from './maps-view.js';

type MapAct = 'up' | 'down' | 'remove';

const LABELS: Readonly<Record<MapAct, string>> = {
  up: 'Move it one place up',
  down: 'Move it one place down',
  remove: 'Remove it',
};
const NONE: readonly Field[] = [];

/** Another place for a map, or none. */
export function ManageMapScreen({ map }: { readonly map: MapItem }) {
  const { state: portal } = usePortal();
  const services = useServices();
  const [chosen, choose] = useState<MapAct | null>(null);
  const back = (): void => portal.dispatch({ type: 'back' });
  const { directory, position, rule } = map;
  if (chosen === null) {
    const acts = (['up', 'down', 'remove'] as const).map((kind) => ({
      kind,
      label: LABELS[kind],
      without: whyNot(kind, map),
    }));
    const title = `${directory}, map ${position}: ${rule}`;
    return <Acts title={title} acts={acts} onTake={({ kind }) => choose(kind)} onBack={back} />;
  }
  const submit = async () => {
    const answer =
      chosen === 'remove'
        ? await services.removeMap(directory, position)
        : await services.moveMap(directory, position, chosen === 'up' ? position - 1 : position + 1);
    return answer.ok ? done(`Map ${position} of ${directory} is ${DONE[chosen]}.`) : answer;
  };
  return (
    <Form
      title={`${LABELS[chosen]}: ${rule}`}
      intro={
        chosen === 'remove'
          ? 'Whom it was for gets what the next map that fits gives, or nothing.'
          : 'The first map that fits counts, and no other.'
      }
      fields={NONE}
      submit={submit}
      onBack={() => choose(null)}
      onDone={back}
    />
  );
}

const DONE: Readonly<Record<MapAct, string>> = { up: 'moved up', down: 'moved down', remove: 'removed' };

function whyNot(kind: MapAct, { position, of }: MapItem): string | null {
  if (kind === 'up' && position === 1) return 'it is the first already.';
  return kind === 'down' && position === of ? 'it is the last already.' : null;
}
