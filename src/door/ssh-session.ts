import type { PseudoTtyInfo, ServerChannel, Session } from 'ssh2';
import { MOST_VARIABLES, mayBeSet } from '#/domain/environment.js';
import type { Lendable } from '#/domain/lending.js';
import { cleanReason, REASON_VARIABLE } from '#/domain/reason.js';
import { cleanTerm } from '#/domain/session.js';
import type { ConnectionLogin } from './connection-login.js';
import type { ChannelWish, DirectVisit } from './direct-visit.js';
import type { OpenBack, Way } from './lends.js';
import { REFUSALS } from './refusals.js';
import { resizing } from './resizing.js';
import type { SpokenWords } from './spoken-words.js';
import { directVisitOn } from './ssh-direct.js';
import { terminalOn } from './ssh-terminal.js';
import type { Outflow } from './ssh2-guards.js';
import type { Terminal } from './terminal.js';
import { readX11Request, type X11Wish } from './x11-request.js';

export interface SessionContext {
  readonly user: string;
  readonly words: SpokenWords;
  readonly from: string;
  readonly cameTo: Terminal['cameTo'];
  readonly outflow: Outflow;
  /** Aborted when the connection is gone. */
  readonly connectionGone: AbortSignal;
  readonly dismissed: AbortSignal;
  readonly login: ConnectionLogin;
  /** Opens a channel to the client's agent. */
  readonly openAgent: OpenBack;
  /** The way to the client's display, for as long as the session is there. */
  readonly wayToDisplay: (wish: X11Wish, over: AbortSignal) => Way;
  readonly offerPages: Terminal['offerPages'];
  identified(who: object, yes: boolean): void;
  attemptRefused(): void;
  /** Serves the terminal; what it throws ends this connection only. */
  serve(terminal: Terminal): void;
  /** The same for a channel of a direct connection that is no terminal. */
  serveDirect(visit: DirectVisit): void;
}

const LONGEST_LANG = 64;

/** One session channel: a pty and a shell become a Terminal, what a direct connection asks for a visit, all else a sentence. */
export function serveSession(session: Session, context: SessionContext): void {
  let pty: PseudoTtyInfo | null = null;
  const size = resizing(80, 24);
  const env = new Map<string, string>();
  const lends = new Map<Lendable, Way>();
  const over = new AbortController();
  session.once('close', () => over.abort());

  session.on('pty', (accept, _reject, info) => {
    pty = info;
    size.set(info.cols, info.rows);
    accept?.();
  });
  session.on('window-change', (accept, _reject, info) => {
    size.set(info.cols, info.rows);
    accept?.();
  });
  session.on('env', (accept, reject, { key, val }) => {
    if (!mayBeSet(key, val) || env.size >= MOST_VARIABLES) return reject?.();
    env.set(key, val);
    if (key === REASON_VARIABLE) context.login.because(cleanReason(val));
    accept?.();
  });
  // whether the target may use it is decided for each session; who may not have it is told there
  session.on('auth-agent', (accept) => {
    lends.set('agent', { open: context.openAgent });
    accept?.();
  });
  session.on('x11', (accept, reject, info) => {
    const wish = readX11Request(info);
    if (wish === null) return reject?.();
    lends.set('x11', context.wayToDisplay(wish, over.signal));
    accept?.();
  });
  session.on('exec', (accept, _reject, { command }) =>
    begin(accept(), { kind: 'exec', command }, REFUSALS.command),
  );
  // with a listener for 'sftp', ssh2 would give a parser of its protocol in place of a channel
  (session as SubsystemSession).on('subsystem', (accept, _reject, { name }) =>
    begin(accept(), { kind: 'subsystem', name }, name === 'sftp' ? REFUSALS.sftp : REFUSALS.subsystem(name)),
  );
  session.on('shell', (accept) => {
    const channel = accept() as ServerChannel | undefined;
    if (channel === undefined) return;
    if (pty === null) return begin(channel, { kind: 'shell' }, REFUSALS.noTerminal);
    // before the screens: it is still there in the scroll-back when they are gone
    for (const sentence of new Set(context.words.said())) channel.stderr.write(`${sentence}\r\n`);
    const looks = {
      size,
      term: termOf(pty),
      lang: langOf(env),
      reason: cleanReason(env.get(REASON_VARIABLE)),
      env,
      lends: () => lends,
    };
    context.serve(terminalOn({ session, channel, context }, looks));
  });

  /** What is no terminal: for a direct connection only. */
  function begin(channel: ServerChannel | undefined, wish: ChannelWish, sentence: string): void {
    if (channel === undefined) return;
    const direct = context.login.shared();
    if (direct === null) return turnAway(channel, sentence);
    const asked = {
      pty:
        pty === null
          ? null
          : { term: termOf(pty), attended: isAttended(pty), size: size.size, onResize: size.onResize },
      env,
      lends: () => lends,
    };
    context.serveDirect(directVisitOn({ session, channel, context, wish, direct, asked }));
  }
}

interface SubsystemSession {
  on(
    event: 'subsystem',
    listener: (accept: () => ServerChannel, reject: () => void, info: { readonly name: string }) => void,
  ): void;
}

function langOf(env: ReadonlyMap<string, string>): string {
  const lang = env.get('LC_ALL') ?? env.get('LC_CTYPE') ?? env.get('LANG') ?? '';
  return lang === '' || lang.length > LONGEST_LANG ? 'C.UTF-8' : lang;
}

function isAttended({ cols, rows }: PseudoTtyInfo): boolean {
  return cols > 0 && rows > 0;
}

/** `term` is not in the types of ssh2, and a hostile client may leave it out. */
function termOf(pty: PseudoTtyInfo): string {
  const { term } = pty as { term?: unknown };
  return cleanTerm(typeof term === 'string' ? term : '');
}

function turnAway(channel: ServerChannel, sentence: string): void {
  channel.on('error', () => undefined).resume();
  channel.stderr.write(`${sentence}\r\n`);
  channel.exit(1);
  channel.end();
}
