import type { Socket } from 'node:net';
import type { SessionGrant } from '#/contract/rows.js';
import type { WantedChannel } from '#/contract/session-link.js';
import { type Failure, failure } from '#/domain/failure.js';
import type { Lendable, ReturnKind, Withheld } from '#/domain/lending.js';
import type { LiveSession } from './live-session.js';
import { type OneShot, openOneShot } from './one-shot.js';
import { isTransfer, plainOf } from './plain-channel.js';
import { createReturns } from './returns.js';
import type { SessionDirectory } from './session-directory.js';
import type { Trail } from './trail.js';
import type { Steps } from './walk.js';

/** Connections in the life of a login. */
const MOST = 1_000_000;

/** What a session is lent, and which screen of the person's display its target is told of. */
export interface Lending {
  readonly lent: readonly Lendable[];
  readonly screen: number;
}

/** Where the client in the box finds what a person lends to the target; without it there is nothing to connect to. */
export async function openLent(
  directory: SessionDirectory,
  { lent, screen }: Lending,
  take: (kind: Lendable, socket: Socket) => void,
): Promise<OneShot> {
  const opened: OneShot[] = [];
  if (lent.includes('agent'))
    opened.push(
      await openOneShot(directory.socket('lent'), MOST, (socket) => {
        // who asks an agent speaks first; the client in the box tries once whether there is one, and says nothing
        socket.once('readable', () => (socket.readableLength > 0 ? take('agent', socket) : socket.destroy()));
      }),
    );
  if (lent.includes('x11')) {
    opened.push(await openOneShot(directory.socket('x11'), MOST, (socket) => take('x11', socket)));
    directory.write('display', `:0.${screen}\n`);
  }
  return { close: () => opened.forEach((one) => one.close()) };
}

const LENT = {
  agent: 'Your agent is forwarded: root on the target can use it until this session ends.',
  x11: 'Your display is forwarded: open to root on the target, and not recorded.',
};

function withheldWhy(one: Withheld): Failure {
  if (one.what === 'agent') return failure('AGENT_NOT_FORWARDED');
  const codes = {
    setting: 'X11_NOT_FORWARDED',
    'four-eyes': 'X11_FOUR_EYES',
    isolation: 'X11_NEEDS_BOX',
  } as const;
  return failure(codes[one.why]);
}

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
  for (const one of withheld) tell(sentence(withheldWhy(one)));
  if (channel === null) for (const one of lent) tell(LENT[one]);
}

function sentence({ message, next, code }: Failure): string {
  return `${message} ${next} (${code})`;
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
    onChange: (listener) => live.oversight.onChange(listener),
    used: () => live.used(),
    record: (activity) => tape.append({ at: live.at(), kind: 'activity', activity }),
    random: parts.random,
  });
}
