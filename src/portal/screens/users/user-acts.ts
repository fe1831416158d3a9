import type { UserRow } from '#/contract/rows.js';
import { VAULT_RIGHTS, type VaultRight } from '#/domain/permission.js';
import { dateTime, readMoment } from '../../times.js';
import type { Field } from '../form/form-state.js';
import { groupsOf, PASSWORD_FIELDS } from './user-fields.js';

export interface UserAct {
  readonly kind: 'activate' | 'password' | 'disable' | 'expiry' | 'hours' | 'rights' | 'groups';
  readonly label: string;
  readonly needs: VaultRight;
  readonly intro: string;
  readonly done: string;
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
  resetUsersPasswords: "Set others' passwords.",
  activateUsers: 'Enable and unlock users.',
};

/** What of a user the form of an act changes; null: that act changes something else. */
export function changeOf(kind: UserAct['kind'], text: (name: string) => string) {
  switch (kind) {
    case 'expiry':
      return { expiresAt: readMoment(text('until')) };
    case 'hours':
      return { logonHours: text('hours') === '' ? null : text('hours') };
    case 'rights':
      return { rights: VAULT_RIGHTS.filter((right) => text(right) === 'yes') };
    case 'groups':
      return { groups: groupsOf(text('groups')) };
    case 'activate':
    case 'password':
    case 'disable':
      return null;
    default:
      return kind satisfies never;
  }
}
