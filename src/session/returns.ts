import type { Socket } from 'node:net';
import type { Activity } from '#/domain/activity.js';
import type { Lendable } from '#/domain/lending.js';
import { countAgentRequests } from './agent-count.js';
import type { PortalLink } from './portal-link.js';

/** Connections that the target makes back to the person's client, for one session. Each is an activity of its recording. */
export interface Returns {
  /** The target has connected; the person's client is asked to. */
  begin(kind: Lendable, socket: Socket): void;
  /** A portal brings what it was asked for, or says that the client does not take it. False: nobody asked. */
  take(link: PortalLink, token: string, taken: boolean): boolean;
  /** Closes and records all of them; there are no further ones. */
  end(): void;
}

export interface ReturnsOptions {
  /** Where the person is just now; null: nowhere. */
  readonly link: () => PortalLink | null;
  /** Nothing further is opened while somebody has suspended the session. */
  readonly suspended: () => boolean;
  readonly record: (activity: Activity) => void;
  readonly random: (bytes: number) => Buffer;
}

/** Of each kind at once; those beyond are closed. */
const MOST = 16;
/** How long a portal and its person's client may take to connect. Milliseconds. */
const PATIENCE = 30_000;

interface One {
  readonly kind: Lendable;
  readonly socket: Socket;
  readonly over: (result: string) => void;
  readonly take: (link: PortalLink) => void;
}

export function createReturns({ link, suspended, record, random }: ReturnsOptions): Returns {
  const waiting = new Map<string, One>();
  const all = new Set<One>();
  let ended = false;

  return {
    begin(kind, socket) {
      const one = connection(kind, socket);
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
      to.send({ type: 'return', kind, token });
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

  function refusal(kind: Lendable, to: PortalLink | null): string | null {
    if (ended) return 'the session ended';
    if (to === null || to.gone) return 'no client is connected';
    if (suspended()) return 'the session is suspended';
    const open = [...all].filter((one) => one.kind === kind).length;
    return open >= MOST ? `there are ${MOST} at once already` : null;
  }

  function connection(kind: Lendable, socket: Socket): One {
    const counted = countAgentRequests();
    const counts = { fromTarget: 0, toTarget: 0 };
    let result: string | null = null;
    let carrier: PortalLink | null = null;
    const over = (how: string): void => {
      if (result !== null) return;
      result = how;
      all.delete(one);
      socket.destroy();
      carrier?.close();
      record({ kind: 'return', protocol: kind, about: counted.words(), ...counts, result });
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
        counted.asked(bytes);
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
