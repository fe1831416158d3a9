import { checkName } from '#/domain/names.js';
import type { Field } from '../form/form-state.js';

export function safeField(first = ''): Field {
  return {
    kind: 'text',
    name: 'name',
    label: 'Name',
    first,
    about: 'What the safe is called.',
    check: (typed) => {
      const name = checkName('safe', typed);
      return name.ok ? null : `The name ${name.why}.`;
    },
  };
}
