import type { Failure } from '#/domain/failure.js';
import type { Ending } from '#/domain/session.js';
import type { Control } from './control.js';
import { lastLine } from './ending.js';
import type { SessionHostParts } from './parts.js';
import { plainOf } from './plain-channel.js';
import type { PortalLink } from './portal-link.js';
import type { Stages } from './stages.js';
import type { Trail } from './trail.js';
import type { OpenMessage } from './walk.js';

interface Closing {
  readonly parts: SessionHostParts;
  /** The portal that opened the session: it is told when no other has taken over. */
  readonly link: PortalLink;
  readonly message: OpenMessage;
  readonly control: Control;
  readonly trail: Trail;
  readonly stages: Stages;
}

/** How long the person waits for tape and vault before he is told that the session is over. */
const PATIENCE = 3000;
/** A tape on a disk that hangs must not keep the vault from hearing of the end. */
const SEALING = 10_000;
const LAST_OUTPUT = 3000;
const RETRY = 1000;

/** Stage 9, or the end of a walk that came to nothing: kills what runs, seals the tape, tells the vault, then the person. */
export async function closeSession(closing: Closing, because: Failure | null): Promise<void> {
  const { control, trail, stages } = closing;
  const ending = control.reason ?? { kind: 'session-host-died' };
  const link = (): PortalLink | null => (trail.live === null ? closing.link : trail.live.link);
  await stopClient(closing, ending);
  if (because !== null) {
    await stages.failed(because);
    link()?.send({ type: 'failed', failure: because, ...(trail.keys ?? {}) });
  } else {
    stages.begun(9);
  }
  const { written, booked } = book(closing, ending);
  // whoever runs one command after another does not wait for the books each time, but for the recording
  const enough = ending.kind === 'exited' && plainOf(closing.message.channel) !== null ? written : booked;
  await Promise.race([enough, after(PATIENCE)]);
  if (because === null) link()?.send({ type: 'ended', ending });
  link()?.close();
  if (!closing.link.gone) closing.link.close();
  await booked;
}

async function stopClient({ parts, message, trail }: Closing, ending: Ending): Promise<void> {
  const { client, live } = trail;
  if (client !== null) {
    if (ending.kind !== 'exited') {
      live?.hurry();
      const why = await client.stop();
      if (why !== null) parts.log('the box does not end', { sessionId: message.sessionId, why });
    }
    const exited = await Promise.race([client.ending.then(() => true), after(LAST_OUTPUT).then(() => false)]);
    if (!exited) parts.log('the client did not exit', { sessionId: message.sessionId });
    client.destroy();
  }
  trail.returns?.end();
  const line = lastLine(ending);
  if (line !== null) live?.say(line);
  await live?.settle();
  live?.stop();
}

/** Stage 9: the end of the tape is on the disk, then the vault knows its last head and how the session ended. */
function book(
  closing: Closing,
  ending: Ending,
): { readonly written: Promise<unknown>; readonly booked: Promise<unknown> } {
  const sealed = seal(closing, ending);
  const { tape, landed } = closing.trail;
  const written = Promise.race([tape === null ? sealed : tape.written, sealed, after(SEALING)]);
  // the last head has said it; without one it is told apart, and so when that takes long
  const told = Promise.race([sealed, after(SEALING).then(() => false)]).then((known) =>
    known || !landed ? undefined : tellEnded(closing, ending),
  );
  return { written, booked: Promise.all([told, sealed]) };
}

/** True: the vault has the last head, and with it how the session ended. */
async function seal({ parts, message, trail }: Closing, ending: Ending): Promise<boolean> {
  const { tape, live } = trail;
  if (tape === null) return false;
  if (live !== null && ending.kind === 'exited')
    tape.append({ at: live.at(), kind: 'exit', status: ending.status });
  const closed = await tape.close(ending);
  if (!closed.ok)
    parts.log('the tape was not sealed', { sessionId: message.sessionId, why: closed.failure.message });
  return closed.ok;
}

/** The vault may be away; the session is not over before it knows. */
async function tellEnded({ parts, message: { sessionId }, trail }: Closing, ending: Ending): Promise<void> {
  const activities = trail.tape === null ? {} : { activities: { ...trail.tape.activities } };
  for (;;) {
    const told = await parts.vault.ask('session.ended', { sessionId, ending, ...activities });
    if (told.ok) return;
    if (told.failure.code !== 'VAULT_UNAVAILABLE')
      return parts.log('the vault did not take the end of a session', {
        sessionId,
        why: told.failure.message,
      });
    await after(RETRY);
  }
}

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
