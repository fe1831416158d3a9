import type { Socket } from 'node:net';
import type { Activity } from '#/domain/activity.js';
import { type ForwardTo, forwardText } from '#/domain/forward-pattern.js';
import type { ReturnKind } from '#/domain/lending.js';
import { countAgentRequests } from './agent-count.js';
import type { PortalLink } from './portal-link.js';

/** Connections that the target makes back to the person's client, for one session. Each is an activity of its recording. */
export interface Returns {
  /** The person asked for this kind, and may. */
  takes(kind: ReturnKind): boolean;
  /** The target has connected; the person's client is asked to. */
  begin(kind: ReturnKind, socket: Socket, from?: Origin): void;
  /** A portal brings what it was asked for, or says that the client does not take it. False: nobody asked. */
  take(link: PortalLink, token: string, taken: boolean): boolean;
  /** Closes and records all of them; there are no further ones. */
  end(): void;
}

/** Of what came in where the target listens: from where, as far as that is known, and at which place. */
export interface Origin {
  readonly from: ForwardTo | null;
  readonly at: ForwardTo;
}

export interface ReturnsOptions {
  readonly kinds: readonly ReturnKind[];
  /** Where the person is just now; null: nowhere. */
  readonly link: () => PortalLink | null;
  /** Nothing further is opened while somebody has suspended the session. */
  readonly suspended: () => boolean;
  readonly record: (activity: Activity) => void;
  readonly random: (bytes: number) => Buffer;
}

/** Of each kind at once, in one session; those beyond are closed. */
const MOST = { agent: 16, tcp: 64 } as const satisfies Record<ReturnKind, number>;
/** How long a portal and its person's client may take to connect. Milliseconds. */
const PATIENCE = 30_000;

interface One {
  readonly kind: ReturnKind;
  readonly socket: Socket;
  readonly over: (result: string) => void;
  readonly take: (link: PortalLink) => void;
}

export function createReturns({ kinds, link, suspended, record, random }: ReturnsOptions): Returns {
  const waiting = new Map<string, One>();
  const all = new Set<One>();
  let ended = false;

  return {
    takes: (kind) => !ended && kinds.includes(kind),
    begin(kind, socket, origin) {
      const one = connection(kind, socket, origin);
      const to = link();
      const why = refusal(kind, to);
      if (why !== null || to === null) return one.over(why ?? '');
      all.add(one);
      const token = random(32).toString('base64url');
      waiting.set(token, one);
      const timer = setTimeout(() => {
        if (waiting.delete(token)) one.over('the client did not answer');
      }, PATIENCE);
      socket.once('close', () => {
        clearTimeout(timer);
        waiting.delete(token);
      });
      to.send({ type: 'return', kind, token, ...(origin?.from == null ? {} : { from: origin.from }) });
    },
    take(from, token, taken) {
      const one = waiting.get(token);
      waiting.delete(token);
      if (one === undefined) return false;
      if (taken) one.take(from);
      else one.over('the client does not take it');
      if (!taken) from.close();
      return true;
    },
    end() {
      ended = true;
      for (const one of [...all]) one.over('the session ended');
    },
  };

  function refusal(kind: ReturnKind, to: PortalLink | null): string | null {
    if (ended) return 'the session ended';
    if (!kinds.includes(kind)) return 'nobody asked for it';
    if (to === null || to.gone) return 'no client is connected';
    if (suspended()) return 'the session is suspended';
    const open = [...all].filter((one) => one.kind === kind).length;
    return open >= MOST[kind] ? `there are ${MOST[kind]} at once already` : null;
  }

  function connection(kind: ReturnKind, socket: Socket, origin: Origin | undefined): One {
    const counted = kind === 'agent' ? countAgentRequests() : null;
    const about = (): string => counted?.words() ?? whence(origin);
    const counts = { fromTarget: 0, toTarget: 0 };
    let result: string | null = null;
    let carrier: PortalLink | null = null;
    const over = (how: string): void => {
      if (result !== null) return;
      // one that stood has come to its end, whoever was the first to leave
      result = carrier === null ? how : 'ok';
      all.delete(one);
      socket.destroy();
      carrier?.close();
      record({ kind: 'return', protocol: kind, about: about(), ...counts, result });
    };
    const take = (from: PortalLink): void => {
      carrier = from;
      from.listen({
        message(message) {
          if (message.type === 'eof') socket.end();
        },
        data(bytes) {
          counts.toTarget += bytes.length;
          if (!socket.write(bytes)) from.pauseInput();
        },
        drain: () => void socket.resume(),
        // what it said before it left still goes out
        gone: () => socket.destroySoon(),
      });
      socket.on('drain', () => from.resumeInput());
      socket.on('data', (bytes: Buffer) => {
        counts.fromTarget += bytes.length;
        counted?.asked(bytes);
        if (!from.data(bytes)) socket.pause();
      });
      socket.once('end', () => from.send({ type: 'eof' }));
      socket.resume();
    };
    socket.once('close', () => over('ok'));
    const one: One = { kind, socket, over, take };
    return one;
  }
}

function whence(origin: Origin | undefined): string {
  if (origin === undefined) return '';
  const from = origin.from === null ? 'somewhere' : forwardText(origin.from);
  return `from ${from} to ${forwardText(origin.at)} of the target`;
}
