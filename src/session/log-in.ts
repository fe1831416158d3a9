import type { HostKey } from '#/domain/host-key.js';
import type { TerminalSize } from '#/domain/session.js';
import { endBox, startBox } from './box.js';
import type { ClientSockets } from './client-sockets.js';
import { endingOfClient } from './ending.js';
import { escapedInput, terminalClient } from './escaped-input.js';
import type { TerminalSession } from './live-session.js';
import { type LoginRefused, loginResult } from './login-result.js';
import type { PtyExit } from './pty.js';
import type { RunningClient } from './trail.js';
import type { LoginEvents, Steps } from './walk.js';

/** A client on its way into the target. Nothing of it is shown before it is joined to a terminal and begun. */
export interface Client {
  readonly running: RunningClient;
  /** Gives it its secret, and waits until it is logged in. */
  logIn(live: TerminalSession): Promise<LoggedInClient | LoginRefused | 'ended'>;
}

/** The client, logged in; its remote session begins when it is let go. */
export interface LoggedInClient {
  /** From now on what it prints is the session's. */
  readonly begin: () => void;
}

export interface ClientWish {
  readonly sockets: ClientSockets;
  readonly login: LoginEvents;
  readonly hostKey: HostKey;
  readonly size: TerminalSize;
}

const MOST_SAID = 16 * 1024;

/** Starts the client in its box, as the shadow identity. What it says before its session begins is ours to read, not to show. */
export function startClient(
  { parts, message, control, running }: Steps,
  { sockets, login, hostKey, size }: ClientWish,
): Client {
  const { sessionId } = message;
  let said = '';
  let shown: TerminalSession | null = null;
  let joined: TerminalSession | null = null;
  const exit = Promise.withResolvers<PtyExit>();
  const before = (bytes: Buffer): void => {
    if (said.length < MOST_SAID) said += bytes.toString('latin1');
  };
  const input = escapedInput();
  const pty = startBox(parts.box, sessionId, size, {
    onData: (bytes) => (shown === null ? before(bytes) : shown.output(input.printed(bytes))),
    onExit: exit.resolve,
    onDrain: () => joined?.drained(),
  });
  const client: RunningClient = {
    ending: exit.promise.then((how) => endingOfClient(how, sockets.dial, parts.keepAliveSeconds)),
    stop: () => endBox(parts.box, sessionId),
    destroy: () => pty.destroy(),
  };
  running(client);
  return {
    running: client,
    async logIn(live) {
      joined = live;
      live.started(terminalClient(pty, input));
      const begin = (): void => {
        shown = live;
        sockets.closeLogin();
        live.begin();
        login.letGo();
      };
      login.allow();
      const result = await loginResult({
        up: login.up,
        askedAgain: login.askedAgain,
        exited: exit.promise,
        ended: control.ended,
        sockets,
        hostKey,
        said: () => said,
      });
      return result === 'up' ? { begin } : result;
    },
  };
}
