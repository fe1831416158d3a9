import type { Socket } from 'node:net';
import type { Activity } from '#/domain/activity.js';
import { type ForwardTo, forwardText } from '#/domain/forward-pattern.js';
import type { ReturnKind } from '#/domain/lending.js';
import { countAgentRequests } from './agent-count.js';
import type { PortalLink } from './portal-link.js';
import { x11Begins } from './x11-begins.js';
import { watchX11Hand } from './x11-hand.js';

/** Connections that the target makes back to the person's client, for one session. Each is an activity of its recording. */
export interface Returns {
  /** The person asked for this kind, and may. */
  takes(kind: ReturnKind): boolean;
  /** The target has connected; the person's client is asked to. */
  begin(kind: ReturnKind, socket: Socket, from?: Origin): void;
  /** A portal brings what it was asked for, or says that the client does not take it. False: nobody asked. */
  take(link: PortalLink, token: string, taken: boolean): boolean;
  /** Resolves when no program has a display open: it may outlive the command that started it. */
  quiet(): Promise<void>;
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
  /** While somebody has suspended the session nothing further is opened, and what is done in a window waits. */
  readonly suspended: () => boolean;
  /** Heard whenever that may have changed. */
  readonly onChange: (listener: () => void) => () => void;
  /** The person has pressed something in a window. */
  readonly used: () => void;
  readonly record: (activity: Activity) => void;
  readonly random: (bytes: number) => Buffer;
}

/** Of each kind at once, in one session; those beyond are closed. */
const MOST = { agent: 16, x11: 64, tcp: 64 } as const satisfies Record<ReturnKind, number>;
/** How long a portal and its person's client may take to connect. Milliseconds. */
const PATIENCE = 30_000;

interface One {
  readonly kind: ReturnKind;
  readonly socket: Socket;
  readonly over: (result: string) => void;
  readonly take: (link: PortalLink) => void;
  /** Somebody has suspended the session, or lets it go on. */
  readonly changed: () => void;
}

export function createReturns(options: ReturnsOptions): Returns {
  const { kinds, link, suspended, record, random } = options;
  const waiting = new Map<string, One>();
  const all = new Set<One>();
  const shown = new Set<One>();
  const calm = new Set<() => void>();
  let ended = false;
  const stop = options.onChange(() => {
    for (const one of all) one.changed();
  });

  return {
    takes: (kind) => !ended && kinds.includes(kind),
    begin(kind, socket, origin) {
      const one = connection(kind, socket, origin);
      const why = refusal(kind);
      if (why !== null) return one.over(why);
      all.add(one);
      if (kind !== 'x11') return ask(one, origin);
      void x11Begins(socket).then((amiss) => {
        if (amiss !== null) return one.over(amiss);
        if (!all.has(one)) return;
        shown.add(one);
        ask(one);
      });
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
    quiet() {
      return new Promise((resolve) => {
        calm.add(resolve);
        lookForCalm();
      });
    },
    end() {
      ended = true;
      stop();
      for (const one of [...all]) one.over('the session ended');
    },
  };

  function refusal(kind: ReturnKind): string | null {
    if (ended) return 'the session ended';
    if (!kinds.includes(kind)) return 'nobody asked for it';
    const open = [...all].filter((one) => one.kind === kind).length;
    return open >= MOST[kind] ? `there are ${MOST[kind]} at once already` : null;
  }

  function ask(one: One, origin?: Origin): void {
    const { kind, socket } = one;
    const to = link();
    if (to === null || to.gone) return one.over('no client is connected');
    if (suspended()) return one.over('the session is suspended');
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
  }

  function lookForCalm(): void {
    if (shown.size > 0) return;
    for (const resolve of calm) resolve();
    calm.clear();
  }

  function connection(kind: ReturnKind, socket: Socket, origin: Origin | undefined): One {
    const counted = kind === 'agent' ? countAgentRequests() : null;
    const about = (): string => counted?.words() ?? (kind === 'x11' ? 'to the display' : whence(origin));
    const isHeld = (): boolean => kind === 'x11' && suspended();
    const kept: (() => void)[] = [];
    const hand = kind === 'x11' ? watchX11Hand() : null;
    const counts = { fromTarget: 0, toTarget: 0 };
    let result: string | null = null;
    let carrier: PortalLink | null = null;
    const over = (how: string): void => {
      if (result !== null) return;
      // one that stood has come to its end, whoever was the first to leave
      result = carrier === null ? how : 'ok';
      all.delete(one);
      shown.delete(one);
      socket.destroy();
      carrier?.close();
      record({ kind: 'return', protocol: kind, about: about(), ...counts, result });
      lookForCalm();
    };
    const pass = (to: () => void): void => {
      if (isHeld()) kept.push(to);
      else to();
    };
    const flow = (): void => {
      if (isHeld() || socket.writableNeedDrain) carrier?.pauseInput();
      else carrier?.resumeInput();
    };
    const changed = (): void => {
      if (!isHeld()) for (const to of kept.splice(0)) to();
      flow();
    };
    const take = (from: PortalLink): void => {
      carrier = from;
      from.listen({
        message(message) {
          if (message.type === 'eof') pass(() => void socket.end());
        },
        data(bytes) {
          pass(() => {
            counts.toTarget += bytes.length;
            if (hand?.pressed(bytes) === true) options.used();
            socket.write(bytes);
          });
          flow();
        },
        drain: () => void socket.resume(),
        // what it said before it left still goes out
        gone: () => socket.destroySoon(),
      });
      socket.on('drain', flow);
      socket.on('data', (bytes: Buffer) => {
        counts.fromTarget += bytes.length;
        counted?.asked(bytes);
        hand?.asked(bytes);
        if (!from.data(bytes)) socket.pause();
      });
      const hasEnded = (): void => from.send({ type: 'eof' });
      // one that came to say nothing, and is gone before the client was asked, has ended without being read
      if (socket.readableEnded) hasEnded();
      else socket.once('end', hasEnded);
      socket.resume();
    };
    socket.once('close', () => over('ok'));
    const one: One = { kind, socket, over, take, changed };
    return one;
  }
}

function whence(origin: Origin | undefined): string {
  if (origin === undefined) return '';
  const from = origin.from === null ? 'somewhere' : forwardText(origin.from);
  return `from ${from} to ${forwardText(origin.at)} of the target`;
}
