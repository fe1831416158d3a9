import { type Failure, failure } from '#/domain/failure.js';
import type { HostKey } from '#/domain/host-key.js';
import { startBox, startPlainBox } from './box.js';
import { clientFailure } from './client-failure.js';
import type { LiveSession } from './live-session.js';
import type { Pty, PtyExit } from './pty.js';
import type { Live, Ready, Steps } from './walk.js';

/** The client, logged in; its remote session begins when it is let go. */
export interface LoggedInClient {
  /** From now on what it prints is the session's. */
  readonly begin: () => void;
}

/** Why it did not log in; `offered` when the target showed another key than the pinned one. */
export interface LoginRefused {
  readonly failure: Failure;
  readonly offered: HostKey | null;
}

export interface Client {
  readonly pty: Pty;
  readonly exit: Promise<PtyExit>;
  readonly login: Promise<LoggedInClient | LoginRefused | 'ended'>;
}

/** Everything about a login that stalls: the target's own grace time is 120 s by default. */
const LONGEST_LOGIN = 60_000;
const MOST_SAID = 16 * 1024;

/** Stage 7: the client, as the shadow identity, authenticates to the target as the account. What it says before is ours to read, not to show. */
export function startClient(steps: Steps, ready: Ready, which: Live): Client {
  const { parts, message, control } = steps;
  let said = '';
  let begun = false;
  const exit = Promise.withResolvers<PtyExit>();
  const live: LiveSession = 'plain' in which ? which.plain : which.terminal;
  const before = (bytes: Buffer): void => {
    if (said.length < MOST_SAID) said += bytes.toString('latin1');
  };
  const hooks = {
    onData: (bytes: Buffer) => (begun ? live.output(bytes) : before(bytes)),
    onErrors: (bytes: Buffer) => (begun ? live.errors(bytes) : before(bytes)),
    onExit: exit.resolve,
    onDrain: () => live.drained(),
  };
  const pty = start();
  const begin = (): void => {
    begun = true;
    ready.sockets.closeLogin();
    live.begin();
    ready.login.letGo();
  };
  return { pty, exit: exit.promise, login: firstOf() };

  function start(): Pty {
    if ('plain' in which) {
      const pipes = startPlainBox(parts.box, message.sessionId, hooks);
      which.plain.started(pipes);
      return pipes;
    }
    const terminal = startBox(parts.box, message.sessionId, live.size, hooks);
    live.started(terminal);
    return terminal;
  }

  async function firstOf(): Promise<LoggedInClient | LoginRefused | 'ended'> {
    const stalled = Promise.withResolvers<LoginRefused>();
    const timer = setTimeout(
      () =>
        stalled.resolve({
          failure: failure('TARGET_PROTOCOL', `no login within ${LONGEST_LOGIN / 1000} s`),
          offered: null,
        }),
      LONGEST_LOGIN,
    );
    const first = await Promise.race([
      ready.login.up.then(() => ({ begin })),
      ready.login.askedAgain.then((why) => refused(0, why)),
      exit.promise.then(({ status }) => refused(status, null)),
      control.ended.then(() => 'ended' as const),
      stalled.promise,
    ]);
    clearTimeout(timer);
    return first;
  }
  function refused(status: number, askedAgain: string | null): LoginRefused {
    const { sockets, hostKey } = ready;
    const offered = sockets.hostKey.offered;
    const because = clientFailure({
      status,
      output: said,
      pinned: hostKey,
      offered,
      askedAgain,
      targetWentFirst: sockets.dial.targetWentFirst,
      secretUsed: sockets.secretUsed,
    });
    return { failure: because, offered };
  }
}
