import { type Failure, failure } from '#/domain/failure.js';
import { listenAt } from '#/domain/forward-pattern.js';
import type { ListenVisit } from '#/door/listen-visit.js';
import { endingWords } from '#/portal/ending-words.js';
import type { DirectOptions } from './account-of.js';
import { onLeaving } from './on-leaving.js';
import { openNamed } from './open-named.js';
import type { OpenedSession } from './open-session.js';
import { serveReturn } from './serve-return.js';

/** One place where the target listens for a person, from the grant to its end. Nothing listens before permit, tape and login. */
export async function serveListen(visit: ListenVisit, options: DirectOptions): Promise<void> {
  const { reason } = visit;
  // a permit names a place in one way only; what is none, the vault refuses
  const listen = listenAt(visit.at.host, visit.at.port) ?? visit.at;
  const opened = await openNamed(visit, options, {
    connect: {
      ...{ columns: 80, rows: 24, term: 'none', listen, shares: true },
      ...(reason === null ? {} : { reason }),
    },
    open: { lang: 'C.UTF-8', channel: { kind: 'listen', ...listen } },
  });
  if (opened.kind === 'unnamed') return visit.refuse(opened.lines.join(' '));
  if (opened.kind === 'refused') return refuse(visit, opened.failure);
  const why = await carry(visit, opened.session);
  opened.session.link.close();
  refuse(visit, why);
}

/** Until the session host says that it is over. */
async function carry(visit: ListenVisit, { link, sessionId, refuseKey }: OpenedSession): Promise<Failure> {
  const over = Promise.withResolvers<Failure>();
  link.listen({
    message(message) {
      if (message.type === 'opened') visit.opened(message.port ?? visit.at.port);
      if (message.type === 'host-key') void refuseKey();
      if (message.type === 'return')
        void serveReturn(link.path, sessionId, message, () => visit.connect(message.from ?? UNKNOWN));
      if (message.type === 'ended')
        over.resolve(failure('LISTENING_FAILED', endingWords(message.ending), { side: 'ours' }));
      if (message.type === 'failed') over.resolve(message.failure);
    },
    data: () => undefined,
    drain: () => undefined,
    gone: (why) => over.resolve(failure('SESSION_HOST_DIED', why)),
  });
  const leave = (): void => link.send({ type: 'end' });
  const stay = onLeaving(visit, leave);
  return await over.promise.finally(stay);
}

const UNKNOWN = { host: '0.0.0.0', port: 0 };

function refuse(visit: ListenVisit, { code, message, next }: Failure): void {
  visit.refuse(`postern: ${message} ${next} (${code})`);
}
