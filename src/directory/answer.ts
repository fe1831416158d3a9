import { DIRECTORY_CALLS, type DirectoryCall } from '#/contract/directory-calls.js';
import type { Handler } from '#/contract/rpc.js';
import { decodeSecretPayload } from '#/contract/secret-payload.js';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { changePassword } from './change-password.js';
import { readKeys } from './keys.js';
import { type Ask, logIn, lookUp } from './log-in.js';
import type { ServerMemory } from './servers.js';
import { examine, tryOut } from './try-out.js';

/** Answers the vault. Passwords live from the call to its answer; nothing else is kept but which servers did not answer. */
export function directoryAnswers(): Handler {
  const memory: ServerMemory = new Map();
  return async (call, args, blob) => {
    const payload = blob === undefined ? null : decodeSecretPayload(blob);
    try {
      if (!isCall(call) || payload === null) return failed(failure('PROTOCOL', `${call} of the directory`));
      const { secret: password, passphrase: other } = payload;
      return done({ value: await answer(call, args, { password, other }, memory) });
    } catch (error) {
      return failed(failure('PROTOCOL', error instanceof Error ? error.message : 'unknown'));
    } finally {
      blob?.fill(0);
      payload?.secret.fill(0);
      payload?.passphrase.fill(0);
    }
  };
}

async function answer(
  call: DirectoryCall,
  args: unknown,
  { password, other }: { readonly password: Buffer; readonly other: Buffer },
  memory: ServerMemory,
): Promise<unknown> {
  const askFor = (parsed: {
    readonly settings: Ask['settings'];
    readonly bindDn: string;
    readonly attributes: readonly string[];
  }): Ask => ({
    settings: parsed.settings,
    attributes: parsed.attributes,
    bindUser: { dn: parsed.bindDn, password },
    memory,
  });
  switch (call) {
    case 'directory.login': {
      const parsed = DIRECTORY_CALLS[call].args.parse(args);
      return await logIn(askFor(parsed), parsed.user, other);
    }
    case 'directory.lookUp': {
      const parsed = DIRECTORY_CALLS[call].args.parse(args);
      return await lookUp(askFor(parsed), parsed.people);
    }
    case 'directory.keys': {
      const parsed = DIRECTORY_CALLS[call].args.parse(args);
      return await readKeys(askFor(parsed), parsed.user);
    }
    case 'directory.test': {
      const parsed = DIRECTORY_CALLS[call].args.parse(args);
      return await tryOut(askFor(parsed), parsed.user, other);
    }
    case 'directory.examine':
      return await examine(askFor(DIRECTORY_CALLS[call].args.parse(args)));
    case 'directory.changePassword':
      return await changePassword(askFor(DIRECTORY_CALLS[call].args.parse(args)), other);
    default:
      return call satisfies never;
  }
}

function isCall(call: string): call is DirectoryCall {
  return Object.hasOwn(DIRECTORY_CALLS, call);
}
