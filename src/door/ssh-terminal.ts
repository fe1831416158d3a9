import type { ServerChannel, Session } from 'ssh2';
import { cleanReason } from '#/domain/reason.js';
import { inputFrom, outputTo } from './byte-streams.js';
import { endWhenTaken } from './end-when-taken.js';
import { askTerminal, requests, type TerminalRequest } from './late-requests.js';
import type { Lends } from './lends.js';
import { readingPace } from './reading-pace.js';
import type { resizing } from './resizing.js';
import type { SessionContext } from './ssh-session.js';
import { onLateRequest } from './ssh2-requests.js';
import type { Terminal } from './terminal.js';

/** Bytes of a piece, of what is given at once: so that one who reads slowly is seen to. */
const PIECE = 64 * 1024;

interface Looks {
  readonly size: ReturnType<typeof resizing>;
  readonly term: string;
  readonly lang: string;
  readonly reason: string | null;
  readonly env: ReadonlyMap<string, string>;
  readonly lends: () => Lends;
}

interface Line {
  readonly session: Session;
  readonly channel: ServerChannel;
  readonly context: SessionContext;
}

/** A pty and a shell of a client, as a person's terminal. */
export function terminalOn(
  { session, channel, context }: Line,
  { size, term, lang, reason, env, lends }: Looks,
): Terminal {
  const gone = new AbortController();
  const input = inputFrom(channel);
  let moved: () => void = () => undefined;
  const send = (bytes: Buffer, sent: () => void): void =>
    context.outflow.whenClear(() => {
      const rest = bytes.subarray(PIECE);
      channel.write(bytes.subarray(0, PIECE), () => {
        moved();
        if (rest.length === 0) sent();
        else send(rest, sent);
      });
    });
  const output = outputTo(send);
  const pace = readingPace(channel, context.outflow);
  context.outflow.onWindow(channel, pace.opened);
  const key = {};
  const asked = requests<TerminalRequest>();
  onLateRequest(session, (request) => askTerminal(request, { input, asked }));
  const direct = context.login.shared();
  let closing = false;
  const leave = (): void => {
    context.identified(key, false);
    gone.abort();
    context.connectionGone.removeEventListener('abort', leave);
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
    cameTo: context.cameTo,
    user: context.user,
    term,
    lang,
    reason: reason ?? direct?.reason ?? null,
    env,
    lends,
    login: direct === null ? context.login.take() : direct.login,
    direct,
    input,
    output,
    gone: gone.signal,
    dismissed: context.dismissed,
    offerPages: context.offerPages,
    size: size.size,
    onResize: size.onResize,
    onRequest: asked.on,
    identified: () => context.identified(key, true),
    forgotten() {
      context.identified(key, false);
      context.login.over();
    },
    reasonGiven: (given) => context.login.because(cleanReason(given)),
    attemptRefused: () => context.attemptRefused(),
    close(status) {
      if (closing) return;
      closing = true;
      const hangUp = (): void => {
        channel.exit(status);
        channel.end();
        leave();
      };
      ({ moved } = endWhenTaken(output, pace.patience, hangUp));
    },
  };
}
