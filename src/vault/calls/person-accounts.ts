import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { type AccountChange, changeAccount, deleteAccount, newAccount } from '../change-account.js';
import { type InSafe, withAccountRight, withSafeRight } from '../person-rights.js';
import type { StoredAccount } from '../records/accounts.js';
import { retrieveSecret } from '../retrieve-secret.js';
import { sharedKeyProblem } from '../shared-host-key.js';
import type { Answer, Handlers, Vault } from '../vault.js';

type Names =
  | 'person.account.retrieve'
  | 'person.account.add'
  | 'person.account.setSecret'
  | 'person.account.setProperties'
  | 'person.account.rename'
  | 'person.account.delete';

/** Accounts, as people manage them who may. */
export function personAccountCalls(vault: Vault): Handlers<Names> {
  return {
    'person.account.retrieve': (args, asking) =>
      withAccountRight(vault, 'person.account.retrieve', args, asking, ({ account, records, about }) =>
        retrieveSecret(vault, records, about, account, args),
      ),
    'person.account.add': (args, asking, secret) =>
      withSafeRight(vault, 'person.account.add', args, asking, async ({ safe, records, about }) => {
        const { platform, user, address, port, secretKind } = args;
        const wanted = { platform, user, address, port, secretKind, hostKey: null };
        const added = await newAccount(vault, records, about, safe, wanted, secret);
        return added.ok ? done({ value: { id: added.value.id } }) : added;
      }),
    'person.account.setSecret': (args, asking, secret) =>
      withAccountRight(vault, 'person.account.setSecret', args, asking, (person) =>
        secret.length === 0
          ? Promise.resolve(failed(failure('BAD_INPUT', 'the secret is missing')))
          : change(vault, person, { secretKind: args.secretKind }, secret),
      ),
    'person.account.setProperties': (args, asking) =>
      withAccountRight(vault, 'person.account.setProperties', args, asking, (person) =>
        change(vault, person, {
          port: args.port,
          disabledWhy: args.disabledWhy,
          ...(args.forgetHostKey === true ? { hostKey: null } : {}),
        }),
      ),
    'person.account.rename': (args, asking) =>
      withAccountRight(vault, 'person.account.rename', args, asking, (person) =>
        change(vault, person, { user: args.user, address: args.address }),
      ),
    'person.account.delete': (args, asking) =>
      withAccountRight(vault, 'person.account.delete', args, asking, async ({ account, records, about }) => {
        await deleteAccount(vault, records, about, account);
        return done({ value: null });
      }),
  };
}

async function change(
  vault: Vault,
  person: InSafe & { readonly account: StoredAccount },
  wanted: AccountChange,
  secret: Buffer = Buffer.alloc(0),
): Promise<Answer<'person.account.rename'>> {
  const { account, records, about, held, safe } = person;
  if (moves(account, wanted) && !held.has('retrieveAccounts'))
    return failed(
      failure(
        'DENIED',
        `retrieveAccounts on safe ${safe.name} is missing: its secret would be sent to wherever the account is moved`,
      ),
    );
  const shared = wanted.hostKey === undefined ? null : await sharedKeyProblem(vault, person, account);
  if (shared !== null) return failed(shared);
  const after = await changeAccount(vault, records, about, account, wanted, secret);
  return after.ok ? done({ value: null }) : after;
}

/** To another machine or port: whoever sends a stored secret there learns it. */
function moves(account: StoredAccount, { address, port }: AccountChange): boolean {
  return (
    (address !== undefined && address.toLowerCase() !== account.address.toLowerCase()) ||
    (port !== undefined && port !== account.port)
  );
}
