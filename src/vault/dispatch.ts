import { CALLS, type Caller, type CallName } from '#/contract/calls.js';
import type { Handler, Parcel } from '#/contract/rpc.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { COMPONENTS, type Component } from '#/domain/people.js';
import { isStoreFailure, type Records } from './records/records.js';
import { answersWhileDisabled, answersWhileSealed, callerFor, refusalText } from './roles.js';
import type { Asking, CallHandler, Connection, Handlers, Vault } from './vault.js';

/** Answers one connection's calls: role first, then form, then the handler. What is not in the table of calls does not exist. */
export function dispatcher(vault: Vault, handlers: Handlers, connection: Connection): Handler {
  return async (call, args, blob) => {
    try {
      if (!isCall(call)) return failed(failure('PROTOCOL', 'a call that does not exist'));
      const as = callerFor(connection, call);
      if (as === null) return await refuse(vault, connection, call);
      if (await isDisabled(vault, as, call)) return failed(failure('COMPONENT_DISABLED', as));
      if (vault.keyring.sealed && !answersWhileSealed(call)) return failed(failure('VAULT_SEALED'));
      return await answer(handlers, call, args, { connection, as }, blob ?? Buffer.alloc(0));
    } catch (error) {
      if (isStoreFailure(error)) return failed(failure('AUDIT_UNAVAILABLE', error.message));
      throw error;
    } finally {
      blob?.fill(0);
    }
  };
}

async function answer(
  handlers: Handlers,
  call: CallName,
  args: unknown,
  asking: Asking,
  blob: Buffer,
): Promise<Outcome<Parcel>> {
  const parsed = CALLS[call].args.safeParse(args);
  if (!parsed.success)
    return failed(
      failure(
        'BAD_INPUT',
        parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
      ),
    );
  // the table gives each call its own handler: what was parsed for the one is what the other takes
  const handler = handlers[call] as CallHandler<CallName>;
  const outcome = await handler(parsed.data, asking, blob);
  if (!outcome.ok) return outcome;
  const { value, blob: secret } = outcome.value;
  // the peer copies it into a frame before the next turn of the event loop
  if (secret !== undefined) setImmediate(() => secret.fill(0));
  return done({ value, blob: secret });
}

/** Whoever was disabled while he was logged in is refused from then on, and taken back when he is enabled. */
async function isDisabled(vault: Vault, as: Caller, call: CallName): Promise<boolean> {
  if (as === 'console' || as === 'anybody' || answersWhileDisabled(call)) return false;
  const disabled = await vault.components.disabled(() => vault.store.transaction(disabledComponents));
  return disabled.has(as);
}

async function disabledComponents({ components }: Records): Promise<ReadonlySet<Component>> {
  const found = new Set<Component>();
  for (const one of COMPONENTS) if ((await components.component(one))?.disabled === true) found.add(one);
  return found;
}

async function refuse(vault: Vault, connection: Connection, call: CallName): Promise<Outcome<never>> {
  const detail = refusalText(connection, call);
  const actor = [...connection.components].join('+') || connection.socket;
  await vault.store.transaction((records) =>
    vault.journal.append(records.audit, {
      action: 'componentRefused',
      outcome: 'failure',
      actor,
      code: 'NOT_YOUR_ROLE',
      detail,
    }),
  );
  return failed(failure('NOT_YOUR_ROLE', detail));
}

function isCall(call: string): call is CallName {
  return Object.hasOwn(CALLS, call);
}
