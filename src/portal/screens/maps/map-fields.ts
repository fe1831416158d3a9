import type { CallArgs } from '#/contract/calls.js';
import { isVaultRight, VAULT_RIGHTS } from '#/domain/permission.js';
import type { Field, Values } from '../form/form-state.js';
import { groupsOf } from '../users/user-fields.js';

export type NewMap = CallArgs<'person.directory.map.add'>['map'];

const WHO = ['a group', 'an attribute', 'everybody'] as const;

export function directoryField(directories: readonly string[]): Field {
  return {
    kind: 'choice',
    name: 'directory',
    label: 'Directory',
    options: directories,
    about: 'Whose people.',
  };
}

export function newMapFields(directories: readonly string[]): readonly Field[] {
  return [
    directoryField(directories),
    { kind: 'choice', name: 'who', label: 'Who', options: WHO, about: 'Whom it is for.' },
    {
      kind: 'text',
      name: 'group',
      label: 'Group there',
      when: ({ who }: Values) => who === WHO[0],
      about: "The group's DN, or its name alone: then any of that name.",
      check: (typed) => (typed === '' ? 'Name a group of the directory.' : null),
    },
    {
      kind: 'text',
      name: 'attribute',
      label: 'Attribute',
      when: ({ who }: Values) => who === WHO[1],
      about: 'Such as department=Storage.',
      check: (typed) => (attributeOf(typed) === null ? 'Write it as NAME=VALUE.' : null),
    },
    {
      kind: 'text',
      name: 'groups',
      label: 'Groups here',
      about: 'What they are put into here, commas between them; may be empty.',
    },
    {
      kind: 'text',
      name: 'rights',
      label: 'Rights',
      about: `Rights on the vault, commas between them; may be empty. ${VAULT_RIGHTS.join(', ')}.`,
      check: (typed) => {
        const odd = groupsOf(typed).find((one) => !isVaultRight(one));
        return odd === undefined ? null : `${odd} is no right.`;
      },
    },
    {
      kind: 'text',
      name: 'place',
      label: 'Place',
      about: 'The first that fits counts. Empty: the last place.',
      check: (typed) => (/^(|[1-9]\d{0,3})$/.test(typed) ? null : 'A place is a number from 1.'),
    },
  ];
}

/** What was filled in, where the fields had nothing to say against it. */
export function mapOf(text: (name: string) => string): {
  readonly position: number | null;
  readonly map: NewMap;
} {
  const attribute = attributeOf(text('attribute'));
  const rule: NewMap['rule'] =
    text('who') === WHO[0]
      ? { kind: 'group', group: text('group') }
      : text('who') === WHO[1] && attribute !== null
        ? { kind: 'attribute', ...attribute }
        : { kind: 'everybody' };
  return {
    position: text('place') === '' ? null : Number(text('place')),
    map: {
      rule,
      groups: [...groupsOf(text('groups'))],
      rights: groupsOf(text('rights')).filter(isVaultRight),
      location: null,
    },
  };
}

function attributeOf(typed: string): { readonly attribute: string; readonly value: string } | null {
  const [, attribute = '', value = ''] = /^([A-Za-z][A-Za-z0-9-]{0,63})=(.+)$/.exec(typed) ?? [];
  return attribute === '' ? null : { attribute, value: value.trim() };
}
