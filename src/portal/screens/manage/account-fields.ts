import type { SecretKind } from '#/domain/account.js';
import { checkName, checkPort } from '#/domain/names.js';
import type { Field, Values } from '../form/form-state.js';

/** What a secret is, as people choose it. */
const SECRETS: readonly string[] = ['password', 'private key'];

export function secretKindOf(chosen: string): SecretKind {
  return chosen === 'private key' ? 'key' : 'password';
}

export function userField(first = ''): Field {
  return {
    kind: 'text',
    name: 'user',
    label: 'User',
    first,
    about: 'Who the account is on the target.',
    check: (typed) => said('The user', checkName('targetUser', typed)),
  };
}

export function addressField(first = ''): Field {
  return {
    kind: 'text',
    name: 'address',
    label: 'Address',
    first,
    about: 'The host name or IP address of the target.',
    check: (typed) => said('The address', checkName('address', typed)),
  };
}

export function portField(first = ''): Field {
  return {
    kind: 'text',
    name: 'port',
    label: 'Port',
    first,
    about: 'From 1 to 65535; empty: the port of the platform.',
    check: (typed) =>
      typed === '' || portOf(typed) !== null ? null : 'A port is a number from 1 to 65535, or nothing.',
  };
}

/** Null: none, or nothing that is one. */
export function portOf(typed: string): number | null {
  return /^\d{1,5}$/.test(typed) ? checkPort(Number(typed)) : null;
}

const isKey = (values: Values): boolean => secretKindOf(values['secretKind'] ?? '') === 'key';

/** A password twice, or a key and what opens it. */
export const SECRET_FIELDS: readonly Field[] = [
  { kind: 'choice', name: 'secretKind', label: 'Secret', options: SECRETS, about: 'How it logs in.' },
  {
    kind: 'secret',
    name: 'password',
    label: 'Password',
    needed: true,
    when: (values) => !isKey(values),
    about: 'The password on the target. It is not shown.',
  },
  {
    kind: 'secret',
    name: 'again',
    label: 'Again',
    needed: false,
    same: 'password',
    when: (values) => !isKey(values),
    about: 'The same once more.',
  },
  {
    kind: 'secret',
    name: 'key',
    label: 'Key',
    needed: true,
    when: isKey,
    about: 'Paste the private key, all lines of its file. It is not shown.',
  },
  {
    kind: 'secret',
    name: 'passphrase',
    label: 'Passphrase',
    needed: false,
    when: isKey,
    about: 'What opens the key; empty: nothing.',
  },
];

export function newAccountFields(safes: readonly string[], platforms: readonly string[]): readonly Field[] {
  return [
    { kind: 'choice', name: 'safe', label: 'Safe', options: safes, about: 'Where it is kept.' },
    {
      kind: 'choice',
      name: 'platform',
      label: 'Platform',
      options: platforms,
      about: 'The kind of target.',
    },
    userField(),
    addressField(),
    portField(),
    ...SECRET_FIELDS,
  ];
}

function said(what: string, check: ReturnType<typeof checkName>): string | null {
  return check.ok ? null : `${what} ${check.why}.`;
}
