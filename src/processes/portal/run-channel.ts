import type { WantedChannel } from '#/contract/session-link.js';
import { forTarget } from '#/domain/environment.js';
import { type Failure, failure } from '#/domain/failure.js';
import { cleanReason, REASON_VARIABLE } from '#/domain/reason.js';
import type { Ending } from '#/domain/session.js';
import type { DirectVisit } from '#/door/direct-visit.js';
import { endingWords } from '#/portal/ending-words.js';
import type { DirectOptions } from './account-of.js';
import { onLeaving } from './on-leaving.js';
import { openNamed } from './open-named.js';
import type { OpenedSession } from './open-session.js';
import { lentWay, screenOf, serveReturn } from './serve-return.js';

/** What ssh itself ends with when it is not the command that failed. */
const OURS = 255;

/** One channel that is no login shell, from the grant to its exit status. Every word of ours is on standard error. */
export async function runChannel(visit: DirectVisit, options: DirectOptions): Promise<void> {
  const { pty } = visit;
  const why = cleanReason(visit.env.get(REASON_VARIABLE)) ?? visit.reason;
  const opened = await openNamed(visit, options, {
    connect: {
      ...(pty?.size() ?? { columns: 80, rows: 24 }),
      term: pty?.term ?? 'none',
      ...(why === null ? {} : { reason: why }),
      shares: pty?.attended !== true,
      ...(visit.lends().size === 0 ? {} : { lends: [...visit.lends().keys()] }),
    },
    open: {
      lang: visit.env.get('LC_ALL') ?? visit.env.get('LANG') ?? 'C.UTF-8',
      environment: forTarget(visit.env),
      channel: wanted(visit),
      ...screenOf(visit.lends()),
    },
  });
  if (opened.kind !== 'opened')
    return refuse(visit, opened.kind === 'unnamed' ? opened.lines : [sentence(opened.failure)]);
  const { link } = opened.session;
  const end = await pump(visit, opened.session);
  link.close();
  if ('failure' in end) return refuse(visit, [sentence(end.failure)]);
  if (end.ending.kind === 'exited') return visit.exit(end.ending.status);
  visit.errors.write(`postern: ${endingWords(end.ending)}${visit.pty === null ? '' : '\r'}\n`);
  visit.exit(OURS);
}

function wanted({ channel, pty }: DirectVisit): WantedChannel {
  return pty !== null && channel.kind === 'exec' ? { kind: 'terminal', command: channel.command } : channel;
}

type End = { readonly ending: Ending } | { readonly failure: Failure };

/** OpenSSH's client carries no signal to the target; those that would end the command end its connection. */
const ENDING = new Set(['HUP', 'INT', 'QUIT', 'TERM', 'KILL']);

/** Bytes both ways, each side only as fast as the other takes them, until the session host says how it ended. */
async function pump(visit: DirectVisit, { link, sessionId, refuseKey }: OpenedSession): Promise<End> {
  const over = Promise.withResolvers<End>();
  const { input, output, errors, pty } = visit;
  const leave = (): void => {
    // on a terminal it lives on, and can be taken up again from the menu
    if (pty === null) link.send({ type: 'end' });
    over.resolve({ ending: { kind: 'owner-ended' } });
  };
  const behind = new Set<unknown>();
  const write = (stream: typeof output, bytes: Buffer): void => {
    if (stream.write(bytes)) return;
    behind.add(stream);
    link.pause();
    stream.once('drain', () => {
      behind.delete(stream);
      if (behind.size === 0) link.resume();
    });
  };
  const begin = (): void => {
    input.on('data', (bytes: Buffer) => {
      if (!link.data(bytes)) input.pause();
    });
    if (pty === null) input.once('end', () => link.send({ type: 'eof' }));
    input.resume();
    const now = pty?.size();
    if (now !== undefined) link.send({ type: 'resize', ...now });
  };
  visit.onSignal((name) => {
    if (!ENDING.has(name)) return false;
    errors.write(`postern: SIG${name} cannot be carried to the target: its connection is closed instead.\n`);
    leave();
    return true;
  });
  visit.onRequest((request) => {
    link.send({ type: request });
    return true;
  });
  const stopResize = pty?.onResize((size) => link.send({ type: 'resize', ...size }));
  link.listen({
    message(message) {
      if (message.type === 'live') begin();
      if (message.type === 'host-key') void refuseKey();
      if (message.type === 'return')
        void serveReturn(link.path, sessionId, message, lentWay(visit.lends(), message.kind));
      if (message.type === 'ended') over.resolve({ ending: message.ending });
      if (message.type === 'failed') over.resolve({ failure: message.failure });
    },
    data: (bytes) => write(output, bytes),
    errors: (bytes) => write(errors, bytes),
    drain: () => void input.resume(),
    gone: (why) => over.resolve({ failure: failure('SESSION_HOST_DIED', why) }),
  });
  const stay = onLeaving(visit, leave);
  return await over.promise.finally(() => {
    stay();
    stopResize?.();
  });
}

function sentence({ code, message, next }: Failure): string {
  return `postern: ${message} ${next} (${code})`;
}

function refuse(visit: DirectVisit, lines: readonly string[]): void {
  const end = visit.pty === null ? '\n' : '\r\n';
  visit.errors.write(lines.map((line) => `${line}${end}`).join(''));
  visit.exit(OURS);
}
