import type { GroupRow } from '#/contract/rows.js';
import { checkName } from '#/domain/names.js';
import { VAULT_RIGHTS, type VaultRight } from '#/domain/permission.js';
import { SECOND_FACTOR_POLICIES } from '#/domain/second-factor.js';
import type { Field } from '../form/form-state.js';
import { namedField } from '../manage/account-acts.js';

export interface GroupAct {
  readonly kind: 'add' | 'remove' | 'factor' | 'delete';
  readonly label: string;
  readonly intro: string;
  readonly fields: (group: GroupRow) => readonly Field[];
  /** What to say when it is done. */
  readonly done: (group: GroupRow, text: (name: string) => string) => string;
}

/** Everything that can be done with a group. */
export const GROUP_ACTS: readonly GroupAct[] = [
  {
    kind: 'add',
    label: 'Add a member',
    intro: 'Whoever is in it has what it has in safes.',
    fields: () => [
      {
        kind: 'text',
        name: 'user',
        label: 'User',
        about: 'The name of a user.',
        check: (typed) => (typed === '' ? 'Type the name of a user.' : null),
      },
    ],
    done: (group, text) => `${text('user')} is in ${group.name}.`,
  },
  {
    kind: 'remove',
    label: 'Remove a member',
    intro: 'Sessions that run by what it has in safes are ended within a minute.',
    fields: ({ members }) => [
      { kind: 'choice', name: 'user', label: 'User', options: members, about: 'Who is to leave.' },
    ],
    done: (group, text) => `${text('user')} is no longer in ${group.name}.`,
  },
  {
    kind: 'factor',
    label: 'Say what it asks at a login',
    intro: "Of a person's several groups the strictest counts.",
    fields: ({ secondFactor }) => [
      {
        kind: 'choice',
        name: 'policy',
        label: 'Second factor',
        options: [secondFactor, ...SECOND_FACTOR_POLICIES.filter((one) => one !== secondFactor)],
        about: 'Required: nothing goes before one is set up. Off: nobody is asked.',
      },
    ],
    done: (group, text) => `The second factor of ${group.name} is ${text('policy')}.`,
  },
  {
    kind: 'delete',
    label: 'Delete it',
    intro: 'What it has in safes goes with it.',
    fields: ({ name }) => [namedField(name)],
    done: (group) => `Group ${group.name} is deleted.`,
  },
];

export interface Manager {
  readonly rights: readonly VaultRight[];
  readonly user: string;
}

/** Why this person may not, as a sentence; null: as far as the screen knows, he may. The vault decides. */
export function withoutGroup(kind: GroupAct['kind'], group: GroupRow, me: Manager): string | null {
  if (!me.rights.includes('addUpdateUsers')) return 'the right addUpdateUsers is missing.';
  const all = VAULT_RIGHTS.every((right) => me.rights.includes(right));
  if (!all && !group.members.includes(me.user)) return `you are not in ${group.name} yourself.`;
  if (kind === 'delete' && group.builtIn) return `group ${group.name} is built in.`;
  return kind === 'remove' && group.members.length === 0 ? 'nobody is in it.' : null;
}

export const NEW_GROUP_FIELDS: readonly Field[] = [
  {
    kind: 'text',
    name: 'name',
    label: 'Name',
    about: 'What the group is called.',
    check: (typed) => {
      const name = checkName('group', typed);
      return name.ok ? null : `The name ${name.why}.`;
    },
  },
];
