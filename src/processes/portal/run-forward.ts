import { type Failure, failure } from '#/domain/failure.js';
import { forwardTo } from '#/domain/forward-pattern.js';
import type { Ending } from '#/domain/session.js';
import type { ForwardVisit } from '#/door/forward-visit.js';
import { endingWords } from '#/portal/ending-words.js';
import type { DirectOptions } from './account-of.js';
import type { HostLink } from './host-link.js';
import { onLeaving } from './on-leaving.js';
import { openNamed } from './open-named.js';

/** One connection through a target, from the grant to its end. Nothing of it is open before permit, tape and target. */
export async function serveForward(visit: ForwardVisit, options: DirectOptions): Promise<void> {
  const { reason } = visit;
  // a permit names a place in one way only; what is none, the vault refuses
  const to = forwardTo(visit.to.host, visit.to.port) ?? visit.to;
  const opened = await openNamed(visit, options, {
    connect: {
      ...{ columns: 80, rows: 24, term: 'none', forward: to, shares: true },
      ...(reason === null ? {} : { reason }),
    },
    open: { lang: 'C.UTF-8', channel: { kind: 'forward', ...to } },
  });
  if (opened.kind === 'unnamed') return visit.refuse('ours', opened.lines.join(' '));
  if (opened.kind === 'refused') return refuse(visit, opened.failure);
  const { link, refuseKey } = opened.session;
  const why = await pump(visit, link, refuseKey);
  link.close();
  refuse(visit, why);
}

/** How long what a client sent before it left may take to its destination. */
const LAST_BYTES = 2000;

/** Bytes both ways once it stands, each side only as fast as the other takes them, until the session host says that it is over. */
async function pump(visit: ForwardVisit, link: HostLink, refuseKey: () => Promise<void>): Promise<Failure> {
  const over = Promise.withResolvers<Failure>();
  let input: NodeJS.ReadableStream | null = null;
  let output: NodeJS.WritableStream | null = null;
  const begin = (): void => {
    const open = visit.open();
    if (open === null) return leave();
    ({ input, output } = open);
    open.output.on('drain', () => link.resume());
    open.input.on('data', (bytes: Buffer) => {
      if (!link.data(bytes)) open.input.pause();
    });
    open.input.once('end', () => link.send({ type: 'eof' }));
    open.input.resume();
  };
  const leave = (): void => {
    if (input === null) return link.send({ type: 'end' });
    setTimeout(() => link.send({ type: 'end' }), LAST_BYTES).unref();
  };
  link.listen({
    message(message) {
      if (message.type === 'opened') begin();
      if (message.type === 'host-key') void refuseKey();
      if (message.type === 'ended') over.resolve(asFailure(message.ending));
      if (message.type === 'failed') over.resolve(message.failure);
    },
    data(bytes) {
      if (output?.write(bytes) === false) link.pause();
    },
    errors: () => undefined,
    drain: () => void input?.resume(),
    gone: (why) => over.resolve(failure('SESSION_HOST_DIED', why)),
  });
  const stay = onLeaving(visit, leave);
  return await over.promise.finally(stay);
}

/** Of a connection that stood nobody asks why it ended. */
function asFailure(ending: Ending): Failure {
  return ending.kind === 'failed'
    ? { ...failure('FORWARDING_FAILED'), message: ending.message }
    : failure('FORWARDING_FAILED', endingWords(ending), { side: 'ours' });
}

function refuse(visit: ForwardVisit, { code, side, message, next }: Failure): void {
  visit.refuse(side, `postern: ${message} ${next} (${code})`);
}
