import { type Failure, failure } from '#/domain/failure.js';
import { forwardTo } from '#/domain/forward-pattern.js';
import type { Ending } from '#/domain/session.js';
import type { ForwardVisit } from '#/door/forward-visit.js';
import { endingWords } from '#/portal/ending-words.js';
import type { HostLink } from './host-link.js';
import { land } from './landing.js';
import { accountOf, type DirectOptions } from './serve-direct.js';

/** One connection through a target, from the grant to its end. Nothing of it is open before permit, tape and target. */
export async function serveForward(visit: ForwardVisit, options: DirectOptions): Promise<void> {
  const { vault, run } = options;
  const account = await accountOf(visit, options);
  if (!account.ok) return visit.refuse('ours', account.failure.join(' '));
  const { ticket } = visit.login;
  const { reason } = visit;
  // a permit names a place in one way only; what is none, the vault refuses
  const to = forwardTo(visit.to.host, visit.to.port) ?? visit.to;
  const size = { columns: 80, rows: 24 };
  const granted = await vault.ask('person.connect', {
    ...{ ticket, accountId: account.value.id, ...size, term: 'none', forward: to, shares: true },
    ...(reason === null ? {} : { reason }),
  });
  if (!granted.ok) {
    if (granted.failure.code === 'NOT_LOGGED_IN') visit.forgotten();
    return refuse(visit, granted.failure);
  }
  const landing = granted.value.value;
  const landed = await land(vault, run, landing, { onStage: () => undefined });
  if (!landed.ok) return refuse(visit, landed.failure);
  const { link, proof } = landed.value;
  const over = pump(visit, link, async () => {
    // nobody can be asked without a screen
    await vault.ask('person.decideHostKey', { ticket, sessionId: landing.sessionId, decision: 'refuse' });
    link.send({ type: 'host-key-decided' });
  });
  link.send({
    type: 'open',
    sessionId: landing.sessionId,
    permit: landing.permit,
    proof,
    ...size,
    term: 'none',
    lang: 'C.UTF-8',
    channel: { kind: 'forward', ...to },
  });
  const why = await over;
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
  for (const signal of [visit.gone, visit.dismissed]) {
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
  }
  return await over.promise;
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
