import type { Socket } from 'node:net';
import type { SessionGrant } from '#/contract/rows.js';
import type { WantedChannel } from '#/contract/session-link.js';
import { failure } from '#/domain/failure.js';
import type { Lendable, ReturnKind } from '#/domain/lending.js';
import type { LiveSession } from './live-session.js';
import { type OneShot, openOneShot } from './one-shot.js';
import { isTransfer, plainOf } from './plain-channel.js';
import { createReturns } from './returns.js';
import type { SessionDirectory } from './session-directory.js';
import type { Trail } from './trail.js';
import type { Steps } from './walk.js';

/** Connections in the life of a login. */
const MOST = 1_000_000;

/** Where the client in the box finds what a person lends to the target; without it there is nothing to connect to. */
export async function openLent(
  directory: SessionDirectory,
  lent: readonly Lendable[],
  take: (kind: Lendable, socket: Socket) => void,
): Promise<OneShot | null> {
  if (!lent.includes('agent')) return null;
  return await openOneShot(directory.socket('lent'), MOST, (socket) => {
    // who asks an agent speaks first; the client in the box tries once whether there is one, and says nothing
    socket.once('readable', () => (socket.readableLength > 0 ? take('agent', socket) : socket.destroy()));
  });
}

const LENT = {
  agent: 'Your agent is forwarded: root on the target can use it until this session ends.',
};
const WITHHELD = { agent: 'AGENT_NOT_FORWARDED' } as const;

/** Tells the person, with the notice, what the target will be able to use of his, and what policy withholds. */
export function tellLending(
  steps: Steps,
  live: LiveSession,
  { lending: { lent, withheld } }: SessionGrant,
): void {
  const channel = plainOf(steps.message.channel);
  const tell = (line: string): void => {
    if (channel === null) live.notice(`${line}\r\n`);
    else if (!isTransfer(channel)) live.say(line);
  };
  for (const one of withheld) {
    const { message, next, code } = failure(WITHHELD[one]);
    tell(`${message} ${next} (${code})`);
  }
  if (channel === null) for (const one of lent) tell(LENT[one]);
}

/** The client is logged in, and the tape open: from here on the target may use what it was lent, and where it listens. */
export function takeReturns(
  { parts }: Steps,
  trail: Trail,
  lent: readonly Lendable[],
  channel?: WantedChannel,
): void {
  const { live, tape } = trail;
  const kinds: readonly ReturnKind[] = channel?.kind === 'listen' ? ['tcp'] : lent;
  if (live === null || tape === null || kinds.length === 0) return;
  trail.returns ??= createReturns({
    kinds,
    link: () => live.link,
    suspended: () => live.oversight.state.suspended !== null,
    record: (activity) => tape.append({ at: live.at(), kind: 'activity', activity }),
    random: parts.random,
  });
}
