import type { ServerChannel, Session } from 'ssh2';
import { inputFrom, outputTo } from './byte-streams.js';
import type { ChannelWish, DirectLogin, DirectVisit } from './direct-visit.js';
import { askTerminal, requests, type TerminalRequest } from './late-requests.js';
import type { SessionContext } from './ssh-session.js';
import { onLateRequest } from './ssh2-requests.js';
import { windowWriter } from './window-writer.js';

export interface DirectLine {
  readonly session: Session;
  readonly channel: ServerChannel;
  readonly context: SessionContext;
  readonly wish: ChannelWish;
  readonly direct: DirectLogin;
  readonly asked: Pick<DirectVisit, 'pty' | 'env' | 'lends'>;
}

/** A session channel as bytes in three streams. */
export function directVisitOn({ session, channel, context, wish, direct, asked }: DirectLine): DirectVisit {
  const gone = new AbortController();
  const input = inputFrom(channel);
  const writer = windowWriter(channel, context.outflow);
  const output = outputTo(writer.output);
  const errors = outputTo(writer.errors);
  const signals = requests<string>();
  const terminal = requests<TerminalRequest>();
  onLateRequest(session, (request) => {
    if (asked.pty !== null) return askTerminal(request, { input, asked: terminal });
    return request.kind === 'signal' && signals.ask(request.name);
  });
  let closing = false;
  // on a terminal the client's own warning stands already
  const stopWords =
    asked.pty === null ? context.words.onSentence((line) => void errors.write(`${line}\n`)) : null;
  const leave = (): void => {
    if (gone.signal.aborted) return;
    stopWords?.();
    gone.abort();
    context.connectionGone.removeEventListener('abort', leave);
    input.destroy();
    output.destroy();
    errors.destroy();
    channel.resume();
  };
  channel.on('error', () => undefined).on('close', leave);
  // the channel's own 'close' waits until all its input was read, which may be never
  session.once('close', leave);
  context.connectionGone.addEventListener('abort', leave, { once: true });
  return {
    ...direct,
    ...asked,
    from: context.from,
    user: context.user,
    channel: wish,
    input,
    output,
    errors,
    gone: gone.signal,
    dismissed: context.dismissed,
    onSignal: signals.on,
    onRequest: terminal.on,
    forgotten: () => context.login.over(),
    exit(how) {
      if (closing) return;
      closing = true;
      const hangUp = (): void => {
        if (typeof how === 'number') channel.exit(how);
        else channel.exit(how.signal, false, '');
        channel.end();
        leave();
      };
      // `ssh … | less` may read the last of it in an hour; keepalives tell whether there is still somebody
      output.end(() => errors.end(hangUp));
    },
  };
}
