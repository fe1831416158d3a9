import type { Socket } from 'node:net';
import type { AuthContext, Connection } from 'ssh2';
import type { LoggedIn } from '#/contract/calls.js';
import type { Delimiters } from '#/domain/destination.js';
import { oneLine } from '#/domain/failure.js';
import { type HeldLogin, holdLogin } from './connection-login.js';
import type { DirectVisit } from './direct-visit.js';
import type { ForwardVisit } from './forward-visit.js';
import type { DoorLimits } from './limits.js';
import type { ListenVisit } from './listen-visit.js';
import { isPage, type PageChannels, pageChannels } from './page-channels.js';
import { REFUSALS } from './refusals.js';
import { type SpokenWords, spokenWords } from './spoken-words.js';
import { answer, authentication, type DoorQuestions, type Verdict } from './ssh-authentication.js';
import { serveForwards } from './ssh-forward.js';
import { serveListeners } from './ssh-listen.js';
import { type SessionContext, serveSession } from './ssh-session.js';
import { openAgentChannel } from './ssh2-back.js';
import { guardConnection, socketOf } from './ssh2-guards.js';
import type { Terminal } from './terminal.js';
import type { Visit } from './visit.js';
import { wayToDisplay } from './x11-request.js';

export interface ConnectionOptions {
  readonly limits: DoorLimits;
  readonly questions: DoorQuestions;
  readonly delimiters: Delimiters;
  /** Serves one terminal until its promise settles, with its exit status. */
  readonly serve: (terminal: Terminal) => Promise<number>;
  /** Serves one channel of a direct connection that is no terminal; it tells how that ended. */
  readonly serveDirect: (visit: DirectVisit) => Promise<void>;
  /** Serves one connection that is to be forwarded through the target of a direct connection. */
  readonly serveForward: (visit: ForwardVisit) => Promise<void>;
  /** Serves a place where the target of a direct connection is to listen for the person. */
  readonly serveListen: (visit: ListenVisit) => Promise<void>;
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
  // each of its channels listens for its end
  connection.setMaxListeners(0);
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
  let typed = '';
  const user = (): string => typed;
  connection.on('authentication', ({ username }) => {
    typed = username;
  });
  const pages = pageChannels();
  const people = new Set<object>();
  const login = holdLogin({ abandon: options.abandon, over: () => leave(connection) });
  const leave = (who: object): void => {
    if (people.delete(who) && people.size === 0) visit.forget();
  };
  const outflow = guardConnection(connection, {
    limits: options.limits,
    mayOpen(type, to) {
      const target = visit.identified ? (login.shared()?.target ?? null) : null;
      if (type === 'direct-streamlocal@openssh.com' && target !== null) return REFUSALS.sockets;
      const known = type === 'direct-tcpip' && visit.identified;
      if (known && (pages.leadTo(to) || target !== null)) return null;
      return isPage(to) ? REFUSALS.noPages : REFUSALS.forwarding(user(), to?.host ?? null);
    },
    onViolation: hangUp,
  });
  connection.on('error', (error) => hangUp(error.message));
  const words = spokenWords();
  const identified = (who: object, yes: boolean): void => {
    if (!yes) return leave(who);
    people.add(who);
    visit.identify();
  };
  authenticate(connection, { visit, login, identified }, options, { crash, hangUp });
  const listeners = serveListeners(connection, {
    user,
    from: visit.from,
    limit: options.limits.listeners,
    outflow,
    dismissed,
    login,
    tell: (sentence) => words.say(sentence),
    serve: (listen) => void options.serveListen(listen).catch(crash),
  });
  // a command that connects to where the target listens for its owner finds that it does, as with any other server
  const inTurn: ConnectionOptions = {
    ...options,
    serveDirect: (direct) => listeners.after(() => options.serveDirect(direct)),
    serveForward: (forward) => listeners.after(() => options.serveForward(forward)),
  };
  serveSessions(connection, visit, inTurn, {
    user,
    words,
    crash,
    outflow,
    dismissed,
    login,
    identified,
    pages,
  });
  serveForwards(connection, {
    user,
    from: visit.from,
    limit: options.limits.forwards,
    outflow,
    dismissed,
    login,
    pages,
    serve: (forward) => void inTurn.serveForward(forward).catch(crash),
  });
}

interface Ends {
  readonly crash: (error: unknown) => void;
  readonly hangUp: (why: string) => void;
}

interface Person {
  readonly visit: Visit;
  readonly login: HeldLogin;
  readonly identified: (who: object, yes: boolean) => void;
}

function authenticate(
  connection: Connection,
  { visit, login, identified }: Person,
  options: ConnectionOptions,
  { crash, hangUp }: Ends,
): void {
  const { questions, delimiters } = options;
  const being = authentication({ visit, questions, delimiters });
  const gone = (): boolean => socketOf(connection).destroyed;
  const decide = async (context: AuthContext): Promise<void> => {
    const verdict = await being.decide(context);
    if (verdict.kind === 'accept') keep(verdict);
    if (gone()) return abandon();
    if (verdict.kind === 'nothing') return;
    if (verdict.kind === 'refuse' && verdict.last) return hangUp('too many authentication failures');
    answer(context, verdict);
  };
  /** Who has yet to show a second factor is still a stranger. */
  const keep = ({ login: own, direct }: Extract<Verdict, { kind: 'accept' }>): void => {
    if (own !== null) login.hold(own);
    if (direct !== null) login.share(direct);
    if (direct?.login.secondFactor === 'done') identified(connection, true);
    else if ((own?.secondFactor ?? 'done') === 'done' && direct === null) visit.identify();
  };
  const abandon = (): void => {
    login.abandon();
    const unfinished = being.unfinished();
    if (unfinished !== null) options.abandon(unfinished);
  };
  connection.on('authentication', (context) => void decide(context).catch(crash));
  connection.on('close', abandon);
}

interface Serving extends Pick<Person, 'login' | 'identified'> {
  readonly user: () => string;
  readonly words: SpokenWords;
  readonly crash: (error: unknown) => void;
  readonly outflow: ReturnType<typeof guardConnection>;
  readonly dismissed: AbortSignal;
  readonly pages: PageChannels;
}

/** Counts session channels. */
function serveSessions(
  connection: Connection,
  visit: Visit,
  options: ConnectionOptions,
  { user, words, crash, outflow, dismissed, login, identified, pages }: Serving,
): void {
  let open = 0;
  let opened = 0;
  const gone = new AbortController();
  connection.on('close', () => gone.abort());
  connection.on('session', (accept, reject) => {
    if (visit.identified ? open >= options.limits.sessions : opened >= 1) return reject();
    open += 1;
    opened += 1;
    const session = accept();
    session.once('close', () => {
      open -= 1;
      // a connection with a login of its own may wait for its next channel (ControlPersist)
      if (open === 0)
        setTimeout(() => open === 0 && login.shared() === null && connection.end(), PARTING).unref();
    });
    serveSession(session, {
      user: user(),
      words,
      from: visit.from,
      cameTo: cameTo(socketOf(connection)),
      outflow,
      connectionGone: gone.signal,
      dismissed,
      login,
      identified,
      wayToDisplay: (wish, over) => wayToDisplay(connection, outflow, wish, over),
      openAgent: () => openAgentChannel(connection, outflow),
      offerPages: pages.offer,
      attemptRefused: () => void visit.attempt(),
      serve: (terminal) => void options.serve(terminal).then((status) => terminal.close(status), crash),
      serveDirect: (direct) => void options.serveDirect(direct).then(() => direct.exit(255), crash),
    });
  });
}

function cameTo({ localAddress, localPort }: Socket): SessionContext['cameTo'] {
  return localAddress === undefined || localPort === undefined
    ? null
    : { host: localAddress.replace(/^::ffff:/, ''), port: localPort };
}
