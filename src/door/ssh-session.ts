import type { PseudoTtyInfo, ServerChannel, Session } from 'ssh2';
import type { LoggedIn } from '#/contract/calls.js';
import { cleanTerm } from '#/domain/session.js';
import { inputFrom, outputTo } from './byte-streams.js';
import { REFUSALS } from './refusals.js';
import { resizing } from './resizing.js';
import type { Outflow } from './ssh2-guards.js';
import type { Terminal } from './terminal.js';

export interface SessionContext {
  readonly user: string;
  readonly from: string;
  readonly outflow: Outflow;
  /** Aborted when the connection is gone. */
  readonly connectionGone: AbortSignal;
  readonly dismissed: AbortSignal;
  /** The login of the key that opened the connection: the first terminal gets it. */
  takeLogin(): LoggedIn | null;
  identified(who: object, yes: boolean): void;
  attemptRefused(): void;
  /** Serves the terminal; what it throws ends this connection only. */
  serve(terminal: Terminal): void;
}

const LONGEST_LANG = 64;
/** How long a client may take to read the last of its output. */
const FAREWELL = 5000;

/** One session channel: a pty and a shell become a Terminal, everything else a sentence. */
export function serveSession(session: Session, context: SessionContext): void {
  let pty: PseudoTtyInfo | null = null;
  const size = resizing(80, 24);
  const language = new Map<string, string>();
  const sentences: string[] = [];

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
    if (!/^(LANG|LC_ALL|LC_CTYPE)$/.test(key) || val.length > LONGEST_LANG) return reject?.();
    language.set(key, val);
    accept?.();
  });
  session.on('auth-agent', (_accept, reject) => {
    sentences.push(REFUSALS.agent);
    reject?.();
  });
  session.on('x11', (_accept, reject) => {
    sentences.push(REFUSALS.x11);
    reject?.();
  });
  session.on('exec', (accept) =>
    turnAway(accept(), isDirect(context.user) ? REFUSALS.direct : REFUSALS.command),
  );
  // with a listener for 'sftp', ssh2 would give a parser of its protocol in place of a channel
  (session as SubsystemSession).on('subsystem', (accept, _reject, { name }) =>
    turnAway(accept(), name === 'sftp' ? REFUSALS.sftp : REFUSALS.subsystem),
  );
  session.on('shell', (accept) => {
    const channel = accept() as ServerChannel | undefined;
    if (channel === undefined) return;
    if (isDirect(context.user)) return turnAway(channel, REFUSALS.direct);
    if (pty === null) return turnAway(channel, REFUSALS.noTerminal);
    // before the screens: it is still there in the scroll-back when they are gone
    for (const sentence of new Set(sentences)) channel.stderr.write(`${sentence}\r\n`);
    context.serve(
      terminalOn(
        { session, channel, context },
        {
          size,
          term: cleanTerm(ptyTerm(pty)),
          lang: language.get('LC_ALL') ?? language.get('LC_CTYPE') ?? language.get('LANG') ?? 'C.UTF-8',
        },
      ),
    );
  });
}

interface SubsystemSession {
  on(
    event: 'subsystem',
    listener: (accept: () => ServerChannel, reject: () => void, info: { readonly name: string }) => void,
  ): void;
}

/** `term` is not in the types of ssh2, and a hostile client may leave it out. */
function ptyTerm(pty: PseudoTtyInfo): string {
  const { term } = pty as { term?: unknown };
  return typeof term === 'string' ? term : '';
}

/** A user name that carries a target: user@target@…, or the form with %. */
function isDirect(user: string): boolean {
  return user.includes('@') || /%.*%/.test(user);
}

function turnAway(channel: ServerChannel | undefined, sentence: string): void {
  if (channel === undefined) return;
  channel.on('error', () => undefined).resume();
  channel.stderr.write(`${sentence}\r\n`);
  channel.exit(1);
  channel.end();
}

interface Looks {
  readonly size: ReturnType<typeof resizing>;
  readonly term: string;
  readonly lang: string;
}

interface Line {
  readonly session: Session;
  readonly channel: ServerChannel;
  readonly context: SessionContext;
}

function terminalOn({ session, channel, context }: Line, { size, term, lang }: Looks): Terminal {
  const gone = new AbortController();
  const input = inputFrom(channel);
  const output = outputTo((bytes, sent) => context.outflow.whenClear(() => channel.write(bytes, sent)));
  const key = {};
  let closing = false;
  const leave = (): void => {
    context.identified(key, false);
    gone.abort();
    input.destroy();
    output.destroy();
    channel.resume();
  };
  channel.on('error', () => undefined).on('close', leave);
  // the channel's own 'close' waits until all its input was read, which may be never
  session.once('close', leave);
  context.connectionGone.addEventListener('abort', leave, { once: true });
  return {
    via: 'ssh',
    from: context.from,
    user: context.user,
    term,
    lang,
    login: context.takeLogin(),
    input,
    output,
    gone: gone.signal,
    dismissed: context.dismissed,
    size: size.size,
    onResize: size.onResize,
    identified: () => context.identified(key, true),
    forgotten: () => context.identified(key, false),
    attemptRefused: () => context.attemptRefused(),
    close(status) {
      if (closing) return;
      closing = true;
      const hangUp = (): void => {
        clearTimeout(late);
        channel.exit(status);
        channel.end();
        leave();
      };
      const late = setTimeout(hangUp, FAREWELL);
      output.end(hangUp);
    },
  };
}
