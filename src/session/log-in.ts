import { startBox } from './box.js';
import { escapedInput, terminalClient } from './escaped-input.js';
import type { TerminalSession } from './live-session.js';
import { type LoginRefused, loginResult } from './login-result.js';
import type { Pty, PtyExit } from './pty.js';
import type { Ready, Steps } from './walk.js';

/** The client, logged in; its remote session begins when it is let go. */
export interface LoggedInClient {
  /** From now on what it prints is the session's. */
  readonly begin: () => void;
}

export interface Client {
  readonly pty: Pty;
  readonly exit: Promise<PtyExit>;
  readonly login: Promise<LoggedInClient | LoginRefused | 'ended'>;
}

const MOST_SAID = 16 * 1024;

/** Stage 7: the client, as the shadow identity, authenticates to the target as the account. What it says before is ours to read, not to show. */
export function startClient(steps: Steps, ready: Ready, live: TerminalSession): Client {
  const { parts, message, control } = steps;
  let said = '';
  let begun = false;
  const exit = Promise.withResolvers<PtyExit>();
  const before = (bytes: Buffer): void => {
    if (said.length < MOST_SAID) said += bytes.toString('latin1');
  };
  const input = escapedInput();
  const pty = startBox(parts.box, message.sessionId, live.size, {
    onData: (bytes) => (begun ? live.output(input.printed(bytes)) : before(bytes)),
    onExit: exit.resolve,
    onDrain: () => live.drained(),
  });
  live.started(terminalClient(pty, input));
  const begin = (): void => {
    begun = true;
    ready.sockets.closeLogin();
    live.begin();
    ready.login.letGo();
  };
  const login = loginResult({
    up: ready.login.up,
    askedAgain: ready.login.askedAgain,
    exited: exit.promise,
    ended: control.ended,
    sockets: ready.sockets,
    hostKey: ready.hostKey,
    said: () => said,
  }).then((result) => (result === 'up' ? { begin } : result));
  return { pty, exit: exit.promise, login };
}
