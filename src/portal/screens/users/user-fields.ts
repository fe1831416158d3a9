import { checkName } from '#/domain/names.js';
import type { Field } from '../form/form-state.js';

/** A password for somebody else: he changes it at his next login. */
export const PASSWORD_FIELDS: readonly Field[] = [
  {
    kind: 'secret',
    name: 'password',
    label: 'Password',
    needed: true,
    about: 'Must be changed at the next login.',
  },
  {
    kind: 'secret',
    name: 'again',
    label: 'Again',
    needed: false,
    same: 'password',
    about: 'The same once more.',
  },
];

export const NEW_USER_FIELDS: readonly Field[] = [
  {
    kind: 'text',
    name: 'name',
    label: 'Name',
    about: 'The name to log in with.',
    check: (typed) => {
      const name = checkName('user', typed);
      return name.ok ? null : `The name ${name.why}.`;
    },
  },
  {
    kind: 'text',
    name: 'groups',
    label: 'Groups',
    about: 'Groups of your own, commas between them; may be empty.',
  },
  ...PASSWORD_FIELDS,
];

/** Groups as they are typed. */
export function groupsOf(typed: string): readonly string[] {
  return typed
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
