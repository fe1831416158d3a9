import type { Socket } from 'node:net';
import type { SessionGrant } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import type { HostKey } from '#/domain/host-key.js';
import { loginBoxId } from '#/domain/ids.js';
import type { Lendable } from '#/domain/lending.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { watchAnswers } from './answers.js';
import { endBox, startPlainBox } from './box.js';
import type { ChannelHooks } from './channel-pipes.js';
import { type ClientSockets, openClientSockets } from './client-sockets.js';
import type { Credential } from './credential.js';
import { openLent } from './lend.js';
import { type ListenOptions, listenThrough } from './listen.js';
import { type ChannelWish, type LoginChannels, type Opened, openLoginChannels } from './login-channels.js';
import { type LoginRefused, loginResult } from './login-result.js';
import { watchOrigins } from './origins.js';
import type { HostParts } from './parts.js';
import { watchRefusals } from './refusals.js';
import type { Returns } from './returns.js';
import { saidLines } from './said-lines.js';
import { makeSessionDirectory, type SessionDirectory } from './session-directory.js';
import { clientPaths, loginConfig } from './ssh-config.js';
import { connectTarget } from './target.js';

/** How a login came out, for everybody who waits for it. 'abandoned': it was never tried, or broken off by our side. */
export type LoginOutcome = 'up' | 'abandoned' | LoginRefused;

/** What a login is made from. */
export interface LoginWish {
  readonly grant: SessionGrant;
  readonly credential: Credential;
  readonly hostKey: HostKey;
  readonly term: string;
  readonly lang: string;
  /** Which screen of the person's display the target is told of. */
  readonly screen: number;
  /** The tape of the session is open: until then the target hears nothing. */
  readonly recorded: Promise<boolean>;
}

export type ListenWish = Pick<ListenOptions, 'at' | 'opened' | 'take'>;

/** One login at the target, in a box of its own, and the sessions whose channels it carries. */
export interface SharedLogin {
  /** The session whose permit it was made with. */
  readonly sessionId: string;
  /** Which sessions may ride on it; null: none but its own. */
  readonly share: string | null;
  readonly outcome: Promise<LoginOutcome>;
  /** Resolves true when its maker has the secret, and false when it never will. */
  readonly granted: Promise<boolean>;
  isGranted(): void;
  readonly isUp: boolean;
  /** It takes a further session, as far as we know. */
  readonly hasRoom: boolean;
  /** The way to the target, as long as there is one. */
  readonly target: ClientSockets['dial'] | null;
  /** A session rides on it until the result is called; `returns`: where it takes what the target connects back to. */
  ride(returns: () => Returns | null): () => void;
  /** The session that was to make it does not: those who wait for it look for another. */
  abandon(): void;
  /** Takes the secret over: it is wiped when the login is over, or sooner. */
  hold(credential: Credential): void;
  /** Stage 5 of the session that makes it: shadow identity, box record, the target's port. */
  prepare(wish: LoginWish): Promise<Outcome<{ readonly healed: string | null }>>;
  /** Stage 7 of that session. */
  start(): Promise<LoginOutcome>;
  /** `by`: the session that it is for. The first channel is that of who made the login: where there is one only, it is his. */
  open(by: string, wish: ChannelWish, hooks: ChannelHooks): Promise<Opened>;
  /** Has the target listen. */
  listen(by: string, wish: ListenWish, hooks: ChannelHooks): Promise<Opened>;
  /** What the target said of a connection that it did not make just now, where that can be told. */
  refusal(): Promise<string | null>;
  end(): void;
  /** Nothing of it is left. */
  readonly over: Promise<void>;
}

export interface LoginOptions {
  readonly parts: HostParts;
  readonly sessionId: string;
  readonly share: string | null;
}

const MOST_SAID = 16 * 1024;
/** While nobody rides on it the vault is asked this often whether its connection is still there, and allowed. */
const ASK_EVERY = 1000;
/** A login that nobody has ridden on for so long is given up. */
const LONGEST_IDLE = 60_000;
const RETRY = 1000;
/** So long a place where the target listened may take to be free again. */
const PLACE_FREED = 500;

export function beginLogin({ parts, sessionId, share }: LoginOptions): SharedLogin {
  const boxId = loginBoxId(sessionId);
  const riders = new Set<{ readonly returns: () => Returns | null }>();
  const controller = new AbortController();
  const outcome = Promise.withResolvers<LoginOutcome>();
  const granted = Promise.withResolvers<boolean>();
  const ended = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const cleanup = new DisposableStack();
  let ready: Prepared | null = null;
  let state: 'new' | 'prepared' | 'started' | 'up' | 'over' = 'new';
  let leaveLine: () => void = () => undefined;
  let recorded = false;
  let preparing: Promise<unknown> = Promise.resolve();
  let room = Number.POSITIVE_INFINITY;
  let idle: NodeJS.Timeout | null = null;
  const refusals = watchRefusals();
  const origins = watchOrigins();
  const answers = watchAnswers();
  const heard = saidLines(refusals, origins, answers);
  let listeners = 0;
  const makerServed = Promise.withResolvers<void>();
  /** Others wait until its maker's channel is open, or will never be. */
  const inTurn = async (by: string, work: () => Promise<Opened>): Promise<Opened> => {
    if (by !== sessionId) await makerServed.promise;
    try {
      return await work();
    } finally {
      if (by === sessionId) makerServed.resolve();
    }
  };

  return {
    sessionId,
    share,
    outcome: outcome.promise,
    granted: granted.promise,
    isGranted: () => granted.resolve(true),
    get isUp() {
      return state === 'up';
    },
    get hasRoom() {
      return state !== 'over' && riders.size < room;
    },
    get target() {
      return ready?.sockets.dial ?? null;
    },
    ride(returns) {
      const rider = { returns };
      riders.add(rider);
      if (idle !== null) clearTimeout(idle);
      idle = null;
      return () => {
        if (riders.delete(rider) && riders.size === 0) alone();
      };
    },
    abandon() {
      makerServed.resolve();
      if (state === 'new' || state === 'prepared') end();
    },
    hold(credential) {
      if (credential.kind !== 'password') return;
      if (isOver()) credential.secret.wipe();
      else cleanup.defer(() => credential.secret.wipe());
    },
    prepare,
    start,
    open: (by, wish, hooks) => inTurn(by, () => open(wish, hooks)),
    listen: (by, wish, hooks) => inTurn(by, () => listen(wish, hooks)),
    refusal: () => refusals.take(),
    end,
    over: over.promise,
  };

  function prepare(wish: LoginWish): Promise<Outcome<{ readonly healed: string | null }>> {
    const made = makeReady(wish);
    preparing = made.catch(() => undefined);
    return made;
  }

  async function makeReady(wish: LoginWish): Promise<Outcome<{ readonly healed: string | null }>> {
    const gone = failed(failure('SESSION_GONE'));
    if (isOver()) return gone;
    const directory = makeSessionDirectory({ sessions: parts.sessions, sessionId: boxId, host: parts.index });
    cleanup.defer(() => directory.remove());
    const asked = { sessionId, term: wish.term, lang: wish.lang, program: 'share' } as const;
    recorded = true;
    const [shadow, isRecorded] = await Promise.all([parts.vault.ask('session.shadow', asked), wish.recorded]);
    if (!shadow.ok) return shadow;
    if (!isRecorded || isOver()) return gone;
    leaveLine = await parts.loginTurns.take(wish.grant.target, controller.signal);
    cleanup.defer(leaveLine);
    const target = await connectTarget(wish.grant.target, controller.signal);
    if (!target.ok) return target;
    cleanup.defer(() => target.value.destroy());
    if (isOver()) return gone;
    const { level, healed } = shadow.value.value;
    const { grant, hostKey } = wish;
    directory.write(
      'ssh_config',
      loginConfig({
        paths: clientPaths(level, { session: directory.path, inside: parts.inside }),
        user: grant.target.user,
        port: grant.target.port,
        secretKind: grant.secretKind,
        hostKey,
        keepAliveSeconds: parts.keepAliveSeconds,
        lent: grant.lending.lent,
      }),
    );
    ready = await openAll(wish, directory, target.value);
    cleanup.defer(() => ready?.end());
    if (isOver()) return gone;
    state = 'prepared';
    return done({ healed });
  }

  async function openAll(wish: LoginWish, directory: SessionDirectory, target: Target): Promise<Prepared> {
    const up = Promise.withResolvers<void>();
    const letGo = Promise.withResolvers<void>();
    const askedAgain = Promise.withResolvers<string>();
    controller.signal.addEventListener('abort', () => letGo.resolve(), { once: true });
    const sockets = await openClientSockets({
      directory,
      credential: wish.credential,
      user: wish.grant.target.user,
      hostKey: wish.hostKey,
      target,
      now: parts.now,
      // what asks for channels over it looks for none
      lends: false,
      onUp() {
        up.resolve();
        return letGo.promise;
      },
      onAskedAgain: askedAgain.resolve,
    });
    using opened = new DisposableStack();
    opened.defer(() => sockets.end());
    const channels = await openLoginChannels(directory, answers);
    opened.defer(() => channels.end());
    const lent = await openLent(directory, { lent: wish.grant.lending.lent, screen: wish.screen }, comeBack);
    opened.move();
    return {
      directory,
      sockets,
      channels,
      hostKey: wish.hostKey,
      up: up.promise,
      askedAgain: askedAgain.promise,
      letGo: letGo.resolve,
      end() {
        lent.close();
        channels.end();
        sockets.end();
      },
    };
  }

  /** The target does not say for which of its sessions it connects: the newest that was lent something takes it. */
  function comeBack(kind: Lendable, socket: Socket): void {
    const taker = [...riders]
      .toReversed()
      .map((rider) => rider.returns())
      .find((returns) => returns?.takes(kind) === true);
    if (taker === undefined || taker === null) socket.destroy();
    else taker.begin(kind, socket);
  }

  async function start(): Promise<LoginOutcome> {
    if (ready === null || state !== 'prepared') return 'abandoned';
    const { sockets, channels, hostKey } = ready;
    state = 'started';
    let said = '';
    const exited = Promise.withResolvers<{ readonly status: number }>();
    const hear = (bytes: Buffer): void => {
      heard(bytes);
      if (state !== 'up' && said.length < MOST_SAID) said += bytes.toString('latin1');
    };
    const client = startPlainBox(parts.box, boxId, {
      onData: hear,
      onErrors: hear,
      onExit: exited.resolve,
      onDrain: () => undefined,
    });
    client.end();
    cleanup.defer(() => client.destroy());
    cleanup.defer(() => channels.end());
    void exited.promise.then(end);
    const result = await loginResult({
      up: ready.up,
      askedAgain: ready.askedAgain,
      exited: exited.promise,
      ended: ended.promise,
      sockets,
      hostKey,
      said: () => said,
    });
    leaveLine();
    const came: LoginOutcome = result === 'ended' ? 'abandoned' : result;
    outcome.resolve(came);
    if (came !== 'up' || isOver()) {
      end();
      return came;
    }
    state = 'up';
    sockets.closeLogin();
    ready.letGo();
    if (riders.size === 0) alone();
    return came;
  }

  async function open(wish: ChannelWish, hooks: ChannelHooks): Promise<Opened> {
    if (ready === null || state !== 'up') return 'lost';
    const isForward = wish.text.startsWith('w');
    const opened = await (isForward
      ? refusals.during(ready.channels.open(wish, hooks))
      : ready.channels.open(wish, hooks));
    // he who asked is one of the riders
    if (opened === 'refused' && !isForward) room = Math.max(1, riders.size - 1);
    return opened;
  }

  async function listen(wish: ListenWish, hooks: ChannelHooks): Promise<Opened> {
    const once = async (): Promise<Opened> => {
      if (ready === null || state !== 'up') return 'lost';
      const { directory, channels } = ready;
      listeners += 1;
      return await listenThrough({ ...wish, directory, channels, origins, name: `back-${listeners}` }, hooks);
    };
    const opened = await once();
    if (opened !== 'refused') return opened;
    // who comes back at once finds his own of a moment ago still going
    await new Promise((resolve) => setTimeout(resolve, PLACE_FREED));
    return await once();
  }

  /** Nobody rides on it any more: it waits for the next, as long as its connection is there. */
  function alone(): void {
    if (state !== 'up' || share === null) return end();
    const since = parts.now();
    const look = async (): Promise<void> => {
      const goesOn = await parts.vault.ask('session.loginGoesOn', { share });
      if (riders.size > 0 || isOver()) return;
      if (!goesOn.ok || parts.now() - since > LONGEST_IDLE) return end();
      again();
    };
    const again = (): void => {
      idle = setTimeout(() => void look(), ASK_EVERY);
    };
    again();
  }

  function isOver(): boolean {
    return state === 'over';
  }

  function end(): void {
    if (state === 'over') return;
    const ran = state === 'started' || state === 'up';
    state = 'over';
    if (idle !== null) clearTimeout(idle);
    outcome.resolve('abandoned');
    granted.resolve(false);
    makerServed.resolve();
    ended.resolve();
    controller.abort();
    void close(ran).finally(over.resolve);
  }

  async function close(ran: boolean): Promise<void> {
    // what is in the making is not cleared away under its hands
    await preparing;
    if (ran) {
      const why = await endBox(parts.box, boxId);
      if (why !== null) parts.log('the box of a login does not end', { sessionId, why });
    }
    cleanup.dispose();
    if (recorded) await tellOver();
  }

  async function tellOver(): Promise<void> {
    for (;;) {
      const told = await parts.vault.ask('session.loginOver', { sessionId });
      if (told.ok || told.failure.code !== 'VAULT_UNAVAILABLE') return;
      await new Promise((resolve) => setTimeout(resolve, RETRY).unref());
    }
  }
}

type Target = Parameters<typeof openClientSockets>[0]['target'];

/** Everything that stands ready before the client is started. */
interface Prepared {
  readonly directory: SessionDirectory;
  readonly sockets: ClientSockets;
  readonly channels: LoginChannels;
  readonly hostKey: HostKey;
  readonly up: Promise<void>;
  readonly askedAgain: Promise<string>;
  letGo(): void;
  end(): void;
}
