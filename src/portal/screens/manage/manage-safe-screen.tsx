import { useMemo, useState } from 'react';
import type { PersonSafeRow } from '#/contract/rows.js';
import { done } from '#/domain/outcome.js';
import { usePortal, useServices } from '../../context.js';
import { Acts } from '../form/acts.js';
import { type Filled, Form } from '../form/form.js';
import { namedField } from './account-acts.js';
import { safeField } from './safe-field.js';

/** Rename or delete a safe. */
export function ManageSafeScreen({ safe }: { readonly safe: PersonSafeRow }) {
  const { state: portal } = usePortal();
  const [chosen, choose] = useState<'rename' | 'delete' | null>(null);
  const back = (): void => portal.dispatch({ type: 'back' });
  if (chosen !== null)
    return <SafeForm kind={chosen} safe={safe.name} onBack={() => choose(null)} onDone={back} />;
  const without = withoutText(safe);
  const acts = [
    { kind: 'rename' as const, label: 'Rename it', without },
    { kind: 'delete' as const, label: 'Delete it', without },
  ];
  return <Acts title={safe.name} acts={acts} onTake={({ kind }) => choose(kind)} onBack={back} />;
}

function withoutText({ name, builtIn, permissions }: PersonSafeRow): string | null {
  if (builtIn) return `safe ${name} is the vault's own.`;
  return permissions.includes('manageSafe') ? null : `manageSafe on safe ${name} is missing.`;
}

interface SafeFormProps {
  readonly kind: 'rename' | 'delete';
  readonly safe: string;
  readonly onBack: () => void;
  readonly onDone: () => void;
}

function SafeForm({ kind, safe, onBack, onDone }: SafeFormProps) {
  const services = useServices();
  const fields = useMemo(() => [kind === 'rename' ? safeField(safe) : namedField(safe)], [kind, safe]);
  const rename = async ({ text }: Filled) => {
    const answer = await services.renameSafe(safe, text('name'));
    return answer.ok ? done(`Safe ${safe} is now ${text('name')}.`) : answer;
  };
  const remove = async () => {
    const answer = await services.deleteSafe(safe);
    return answer.ok ? done(`Safe ${safe} is deleted.`) : answer;
  };
  return (
    <Form
      title={`${kind === 'rename' ? 'Rename' : 'Delete'} ${safe}`}
      intro={kind === 'rename' ? 'Its accounts and members stay.' : 'Only a safe without accounts can go.'}
      fields={fields}
      submit={kind === 'rename' ? rename : remove}
      onBack={onBack}
      onDone={onDone}
    />
  );
}
