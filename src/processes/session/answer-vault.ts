import { HOST_CALLS } from '#/contract/host-calls.js';
import type { Handler } from '#/contract/rpc.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { SessionHost } from '#/session/session-host.js';

type Answer = Outcome<{ readonly value: unknown }>;
const OBEYED: Answer = done({ value: null });
const NO_SUCH: Answer = failed(failure('SESSION_GONE'));

/** What the vault orders a session host to do with one of its sessions. */
export function answerVault(host: () => SessionHost | null): Handler {
  return (call, args) => Promise.resolve(answer(host(), call, args));
}

function answer(host: SessionHost | null, call: string, args: unknown): Answer {
  switch (call) {
    case 'host.terminate': {
      const { sessionId, by, reason, kind } = HOST_CALLS[call].parse(args);
      const ending = kind === 'owner-ended' ? { kind } : { kind, by, reason };
      return host?.terminate(sessionId, ending) === true ? OBEYED : NO_SUCH;
    }
    case 'host.suspend': {
      const { sessionId, ...suspension } = HOST_CALLS[call].parse(args);
      return obeyed(host, sessionId, (oversight) => oversight.suspend(suspension));
    }
    case 'host.resume': {
      const { sessionId, by } = HOST_CALLS[call].parse(args);
      return obeyed(host, sessionId, (oversight) => oversight.resume(by));
    }
    case 'host.message': {
      const { sessionId, ...message } = HOST_CALLS[call].parse(args);
      return obeyed(host, sessionId, (oversight) => oversight.message(message));
    }
    case 'host.followed': {
      const { sessionId, by } = HOST_CALLS[call].parse(args);
      return host?.followed(sessionId, by) === true ? OBEYED : NO_SUCH;
    }
    default:
      return failed(failure('PROTOCOL', `${call} is not answered here`));
  }
}

type Oversight = NonNullable<ReturnType<SessionHost['oversight']>>;

function obeyed(host: SessionHost | null, sessionId: string, act: (oversight: Oversight) => void): Answer {
  const oversight = host?.oversight(sessionId) ?? null;
  if (oversight === null) return NO_SUCH;
  act(oversight);
  return OBEYED;
}
