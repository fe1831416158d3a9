import type { KeyRow, UserRow } from '#/contract/rows.js';
import { VAULT_RIGHTS, type VaultRight } from '#/domain/permission.js';
import type { UserProperties } from '../../manage-services.js';
import { dateTime, readMoment } from '../../times.js';
import type { Field } from '../form/form-state.js';
import { groupsOf, PASSWORD_FIELDS } from './user-fields.js';

export interface UserAct {
  readonly kind:
    | ('activate' | 'password' | 'disable' | 'expiry' | 'hours' | 'rights' | 'groups')
    | ('factor' | 'addKey' | 'removeKey');
  readonly label: string;
  readonly needs: VaultRight;
  readonly intro: string;
  readonly done: string;
  /** Why there is nothing to do, as a sentence; null: there is. */
  readonly idle?: (user: UserRow) => string | null;
  readonly fields: (user: UserRow) => readonly Field[];
}

const NONE = (): readonly Field[] => [];

/** Everything that can be done with a user, and what it takes. */
export const USER_ACTS: readonly UserAct[] = [
  {
    kind: 'activate',
    label: 'Enable and unlock',
    needs: 'activateUsers',
    intro: 'May log in again.',
    done: 'is enabled and unlocked',
    fields: NONE,
  },
  {
    kind: 'password',
    label: 'Set a password',
    needs: 'resetUsersPasswords',
    intro: 'Logged out at once; the password must be changed at the next login.',
    done: 'has a new password, to be changed at the next login',
    fields: () => PASSWORD_FIELDS,
  },
  {
    kind: 'factor',
    label: 'Reset the second factor',
    needs: 'activateUsers',
    intro:
      'The authenticator and the recovery codes are forgotten; logged out at once. Where a group requires a second factor, the next login sets one up before anything else.',
    done: 'has no second factor any more',
    idle: ({ secondFactor }) => (secondFactor.enrolled ? null : 'there is none to reset.'),
    fields: NONE,
  },
  {
    kind: 'addKey',
    label: 'Add an SSH key',
    needs: 'resetUsersPasswords',
    intro: 'Whoever has the private key of it can log in as this user.',
    done: 'has another SSH key',
    fields: () => [
      {
        kind: 'text',
        name: 'key',
        label: 'Public key',
        longest: 16_384,
        about:
          'Paste the one line of the .pub file; "verify-required" before an sk- key asks for PIN or finger.',
        check: (typed) => (typed === '' ? 'Paste a public key.' : null),
      },
    ],
  },
  {
    kind: 'removeKey',
    label: 'Remove an SSH key',
    needs: 'resetUsersPasswords',
    intro: 'It will log this user in no more.',
    done: 'has an SSH key less',
    idle: ({ publicKeys }) => (publicKeys.length === 0 ? 'there is none to remove.' : null),
    fields: ({ publicKeys }) => [
      {
        kind: 'choice',
        name: 'key',
        label: 'Key',
        options: publicKeys.map(keyText),
        about: 'Which of them.',
      },
    ],
  },
  {
    kind: 'disable',
    label: 'Disable',
    needs: 'addUpdateUsers',
    intro: 'Logged out at once; sessions that run are ended within a minute.',
    done: 'is disabled',
    fields: NONE,
  },
  {
    kind: 'groups',
    label: 'Change the groups',
    needs: 'addUpdateUsers',
    intro: 'You can only give and take groups that you are in yourself, unless you hold every right.',
    done: 'has other groups',
    fields: ({ groups }) => [
      {
        kind: 'text',
        name: 'groups',
        label: 'Groups',
        first: groups.join(', '),
        about: 'All of them, commas between them; empty: none.',
      },
    ],
  },
  {
    kind: 'rights',
    label: 'Change the rights on the vault',
    needs: 'addUpdateUsers',
    intro: 'What comes from groups stays. You can only give rights that you hold yourself.',
    done: 'has other rights',
    fields: ({ ownRights }) =>
      VAULT_RIGHTS.map((right) => ({
        kind: 'choice',
        name: right,
        label: right,
        options: ownRights.includes(right) ? ['yes', 'no'] : ['no', 'yes'],
        about: ABOUT_RIGHTS[right],
      })),
  },
  {
    kind: 'expiry',
    label: 'Set an end',
    needs: 'addUpdateUsers',
    intro: 'From then on nobody logs in as this user; sessions that run are ended within a minute.',
    done: 'has another end',
    fields: ({ expiresAt }) => [
      {
        kind: 'text',
        name: 'until',
        label: 'Until, UTC',
        first: expiresAt === null ? '' : dateTime(expiresAt),
        about: 'A date such as 2027-01-31, or with a time: 2027-01-31 18:00. Empty: no end.',
        check: (typed) =>
          typed === '' || readMoment(typed) !== null ? null : 'That is no date such as 2027-01-31 18:00.',
      },
    ],
  },
  {
    kind: 'hours',
    label: 'Set logon hours',
    needs: 'addUpdateUsers',
    intro: 'Outside of them nobody is let in as this user.',
    done: 'has other logon hours',
    fields: ({ logonHours }) => [
      {
        kind: 'text',
        name: 'hours',
        label: 'Hours, UTC',
        first: logonHours ?? '',
        about: 'Such as Mon-Fri 08:00-18:00, Sat 09:00-12:00. Empty: at any time.',
      },
    ],
  },
];

const ABOUT_RIGHTS: Readonly<Record<VaultRight, string>> = {
  addUpdateUsers: 'Add users and groups, disable users, set their end, hours, groups and rights.',
  addSafes: 'Make safes.',
  auditUsers: 'Read all of the audit; see users and groups.',
  manageDirectoryMapping: 'Say what people of a directory get.',
  resetUsersPasswords: "Set others' passwords; add and remove their SSH keys.",
  activateUsers: "Enable and unlock users; reset others' second factors.",
};

/** A key as it is listed: its fingerprint is the first word. */
export function keyText({ fingerprint, comment }: KeyRow): string {
  return `${fingerprint} ${comment}`.trim();
}

/** What of a user the form of an act changes. */
export function changeOf(
  kind: 'expiry' | 'hours' | 'rights' | 'groups',
  text: (name: string) => string,
): UserProperties {
  switch (kind) {
    case 'expiry':
      return { expiresAt: readMoment(text('until')) };
    case 'hours':
      return { logonHours: text('hours') === '' ? null : text('hours') };
    case 'rights':
      return { rights: VAULT_RIGHTS.filter((right) => text(right) === 'yes') };
    case 'groups':
      return { groups: groupsOf(text('groups')) };
    default:
      return kind satisfies never;
  }
}
