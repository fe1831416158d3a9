import type { AccountRow } from '#/contract/rows.js';
import { accountName } from '#/domain/account.js';
import type { Permission } from '#/domain/permission.js';
import type { Field } from '../form/form-state.js';
import { addressField, portField, SECRET_FIELDS, userField } from './account-fields.js';

export interface AccountAct {
  readonly kind: 'rename' | 'port' | 'secret' | 'disable' | 'enable' | 'forget' | 'delete';
  readonly label: string;
  readonly needs: Permission;
  readonly form: (account: AccountRow) => {
    readonly title: string;
    readonly intro: string;
    readonly fields: readonly Field[];
  };
  /** What to say when it is done. */
  readonly done: (account: AccountRow, text: (name: string) => string) => string;
}

/** Everything that can be done with an account beside connecting, and what it takes. */
export const ACCOUNT_ACTS: readonly AccountAct[] = [
  {
    kind: 'rename',
    label: 'Rename it, or move it to another address',
    needs: 'renameAccounts',
    form: (account) => ({
      title: `Rename ${accountName(account)}`,
      intro: 'To move it to another address takes retrieveAccounts, too: its secret goes there.',
      fields: [userField(account.user), addressField(account.address)],
    }),
    done: (account, text) => `${accountName(account)} is now ${text('user')}@${text('address')}.`,
  },
  {
    kind: 'port',
    label: 'Change its port',
    needs: 'updateAccountProperties',
    form: (account) => ({
      title: `Port of ${accountName(account)}`,
      intro: 'Another port takes retrieveAccounts, too: its secret goes there.',
      fields: [portField(String(account.port))],
    }),
    done: (account, text) =>
      `${accountName(account)} is at ${text('port') === '' ? "its platform's port" : `port ${text('port')}`}.`,
  },
  {
    kind: 'secret',
    label: 'Give it another password or key',
    needs: 'updateAccountContent',
    form: (account) => ({
      title: `Another secret for ${accountName(account)}`,
      intro: 'It is changed in the vault only, not on the target.',
      fields: SECRET_FIELDS,
    }),
    done: (account) => `${accountName(account)} has another secret.`,
  },
  {
    kind: 'disable',
    label: 'Disable it',
    needs: 'updateAccountProperties',
    form: (account) => ({
      title: `Disable ${accountName(account)}`,
      intro: 'Nobody connects with it from now on; sessions that run go on.',
      fields: [
        {
          kind: 'text',
          name: 'why',
          label: 'Why',
          about: 'Who wants to connect reads this.',
          check: (typed) => (typed === '' ? 'Say why: who wants to connect reads it.' : null),
        },
      ],
    }),
    done: (account) => `${accountName(account)} is disabled.`,
  },
  {
    kind: 'enable',
    label: 'Enable it again',
    needs: 'updateAccountProperties',
    form: (account) => ({
      title: `Enable ${accountName(account)}`,
      intro: 'Whoever may use it can connect with it again.',
      fields: [],
    }),
    done: (account) => `${accountName(account)} may be used again.`,
  },
  {
    kind: 'forget',
    label: 'Forget its host key',
    needs: 'updateAccountProperties',
    form: (account) => ({
      title: `Host key of ${accountName(account)}`,
      intro:
        'The next connection asks for the key of the target anew. Do this only when you know why it changed.',
      fields: [],
    }),
    done: (account) => `The host key of ${account.address} is forgotten.`,
  },
  {
    kind: 'delete',
    label: 'Delete it',
    needs: 'deleteAccounts',
    form: (account) => ({
      title: `Delete ${accountName(account)}`,
      intro: `From safe ${account.safe}, with its secret. Nobody can take this back.`,
      fields: [namedField(accountName(account))],
    }),
    done: (account) => `${accountName(account)} is deleted.`,
  },
];

/** Asks for the very name of what is to be deleted. */
export function namedField(name: string): Field {
  return {
    kind: 'text',
    name: 'name',
    label: 'Name',
    about: `Type ${name} to delete it.`,
    check: (typed) => (typed === name ? null : `That is not ${name}: nothing is deleted.`),
  };
}
