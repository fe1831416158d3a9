import type { AuthContext, Connection } from 'ssh2';
import type { LoggedIn } from '#/contract/calls.js';
import { oneLine } from '#/domain/failure.js';
import type { DoorLimits } from './limits.js';
import { REFUSALS } from './refusals.js';
import { answer, decideAuthentication, type KeyQuestions } from './ssh-authentication.js';
import { serveSession } from './ssh-session.js';
import { guardConnection, socketOf } from './ssh2-guards.js';
import type { Terminal } from './terminal.js';
import type { Visit } from './visit.js';

export interface ConnectionOptions {
  readonly limits: DoorLimits;
  readonly questions: KeyQuestions;
  /** Serves one terminal until its promise settles. */
  readonly serve: (terminal: Terminal) => Promise<void>;
  /** A login by key that no terminal took over: log it out. */
  readonly abandon: (login: LoggedIn) => void;
  readonly log: (what: string, about?: unknown) => void;
}

/** How long a client may take to hang up after its last session, and to read why it was sent away. */
const PARTING = 3000;

/** One SSH connection after its identification line. Whatever goes wrong in here ends this connection only. */
export function serveConnection(
  connection: Connection,
  visit: Visit,
  dismissed: AbortSignal,
  options: ConnectionOptions,
): void {
  const socket = socketOf(connection);
  const hangUp = (why: string): void => {
    if (socket.destroyed) return;
    options.log('door: hung up', { from: visit.from, why: oneLine(why) });
    socket.destroy();
  };
  const crash = (error: unknown): void => {
    if (socket.destroyed) return;
    visit.crashed();
    options.log('door: a connection crashed', error);
    socket.destroy();
  };
  const outflow = guardConnection(connection, {
    limits: options.limits,
    noForwarding: REFUSALS.forwarding,
    onViolation: hangUp,
  });
  connection.on('error', (error) => hangUp(error.message));
  // X11, agents and forwarded ports ask by a global request, which has no place for a sentence
  connection.on('request', (_accept, reject) => reject?.());
  const login = authenticate(connection, visit, options, { crash, hangUp });
  serveSessions(connection, visit, options, { crash, outflow, dismissed, takeLogin: () => login.take() });
  connection.on('close', () => login.abandon());
}

interface Ends {
  readonly crash: (error: unknown) => void;
  readonly hangUp: (why: string) => void;
}

interface HeldLogin {
  take(): LoggedIn | null;
  abandon(): void;
}

function authenticate(
  connection: Connection,
  visit: Visit,
  options: ConnectionOptions,
  { crash, hangUp }: Ends,
): HeldLogin {
  let login: LoggedIn | null = null;
  let first = true;
  const decide = async (context: AuthContext): Promise<void> => {
    const verdict = await decideAuthentication(context, visit, options.questions, first);
    first = false;
    if (verdict.kind === 'accept' && verdict.login !== null) login = verdict.login;
    if (socketOf(connection).destroyed) return held.abandon();
    if (verdict.kind === 'refuse') {
      if (verdict.last) return hangUp('too many authentication failures');
      return context.reject(verdict.methods);
    }
    // who has yet to show a second factor is still a stranger
    if (verdict.kind === 'accept' && (verdict.login?.secondFactor ?? 'done') === 'done') visit.identify();
    answer(context, verdict);
  };
  const held: HeldLogin = {
    take() {
      const taken = login;
      login = null;
      return taken;
    },
    abandon() {
      const left = held.take();
      if (left !== null) options.abandon(left);
    },
  };
  connection.on('authentication', (context) => void decide(context).catch(crash));
  return held;
}

interface Serving {
  readonly crash: (error: unknown) => void;
  readonly outflow: ReturnType<typeof guardConnection>;
  readonly dismissed: AbortSignal;
  readonly takeLogin: () => LoggedIn | null;
}

/** Counts session channels, and who of those behind them is somebody. */
function serveSessions(
  connection: Connection,
  visit: Visit,
  options: ConnectionOptions,
  { crash, outflow, dismissed, takeLogin }: Serving,
): void {
  const people = new Set<object>();
  let user = '';
  let open = 0;
  let opened = 0;
  const gone = new AbortController();
  connection.on('close', () => gone.abort());
  connection.on('authentication', (context) => {
    user = context.username;
  });
  connection.on('session', (accept, reject) => {
    if (visit.identified ? open >= options.limits.sessions : opened >= 1) return reject();
    open += 1;
    opened += 1;
    const session = accept();
    session.once('close', () => {
      open -= 1;
      if (open === 0) setTimeout(() => open === 0 && connection.end(), PARTING).unref();
    });
    serveSession(session, {
      user,
      from: visit.from,
      outflow,
      connectionGone: gone.signal,
      dismissed,
      takeLogin,
      identified(who, yes) {
        if (yes) people.add(who);
        else if (!people.delete(who)) return;
        if (people.size > 0) visit.identify();
        else visit.forget();
      },
      attemptRefused: () => void visit.attempt(),
      serve: (terminal) => void options.serve(terminal).then(() => terminal.close(0), crash),
    });
  });
}
