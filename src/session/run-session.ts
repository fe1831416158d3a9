import { type Failure, failure, type Stage } from '#/domain/failure.js';
import type { HostKey } from '#/domain/host-key.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { clampSize, type Ending } from '#/domain/session.js';
import type { OpenTape } from '#/recorder/tape.js';
import { enterAnteroom } from './anteroom.js';
import { closeSession } from './close-session.js';
import { type Control, createControl } from './control.js';
import { endingOfClient, failedEnding } from './ending.js';
import type { LiveSession } from './live-session.js';
import { type Client, startClient } from './log-in.js';
import type { SessionHostParts } from './parts.js';
import { channelName } from './plain-channel.js';
import type { PortalLink } from './portal-link.js';
import { reportStages, type Stages } from './stages.js';
import {
  type Live,
  type OpenMessage,
  prepare,
  type Ready,
  retrieveSecret,
  type Steps,
  sessionDirectory,
  settleHostKey,
  showNotice,
  takeLanding,
} from './walk.js';

/** One session of this host, from its landing to its end. */
export interface ActiveSession {
  readonly id: string;
  readonly control: Control;
  /** The vault has it as ours. */
  readonly landed: boolean;
  /** What is known so far: for re-attaching, there must be something live. */
  readonly user: string | null;
  readonly live: LiveSession | null;
  /** Resolves when nothing of it is left. */
  readonly over: Promise<void>;
}

/** What the walk leaves for its end, as it comes into being. */
export interface Trail {
  landed: boolean;
  user: string | null;
  tape: OpenTape | null;
  live: LiveSession | null;
  client: Client | null;
  /** The key that the target showed, when it was not the pinned one, and the pinned one. */
  keys: { readonly offered: HostKey; readonly pinned: HostKey } | null;
}

export function runSession(
  parts: SessionHostParts,
  link: PortalLink,
  message: OpenMessage,
  nonce: string,
): ActiveSession {
  const control = createControl();
  const trail: Trail = { landed: false, user: null, tape: null, live: null, client: null, keys: null };
  const anteroom = enterAnteroom(link, clampSize(message.columns, message.rows), control);
  const stages = reportStages(parts.vault, link, message.sessionId);
  const cleanup = new DisposableStack();
  const steps: Steps = {
    parts,
    link,
    message,
    nonce,
    control,
    anteroom,
    cleanup,
    recording: (tape) => (trail.tape = tape),
  };
  const over = live().finally(() => cleanup.dispose());
  return {
    id: message.sessionId,
    control,
    get landed() {
      return trail.landed;
    },
    get user() {
      return trail.user;
    },
    get live() {
      return trail.client === null ? null : trail.live;
    },
    over,
  };

  async function live(): Promise<void> {
    const walked = await walk(steps, stages, trail).catch((error: unknown) => {
      parts.log('session failed', error);
      return failed(failure('INTERNAL', error instanceof Error ? error.message : 'unknown'));
    });
    const cause = walked.ok ? await running(control, walked.value) : refusal(walked.failure, control);
    await closeSession({ parts, link, message, control, trail, stages }, cause);
  }
}

/** A step that failed because the session was ended meanwhile is no failure of that step. */
function refusal(because: Failure, control: Control): Failure | null {
  if (control.reason !== null) return null;
  control.end(failedEnding(because));
  return because;
}

/** Stages 3 to 7; a failure at one of them lets nothing of the next happen. */
async function walk(
  steps: Steps,
  stages: Stages,
  trail: Trail,
): Promise<Outcome<{ readonly client: Client; readonly ready: Ready }>> {
  const landed = await step(3, () => takeLanding(steps));
  if (!landed.ok) return landed;
  trail.landed = true;
  const directory = sessionDirectory(steps);
  const granted = await step(4, async () => {
    const secret = await retrieveSecret(steps);
    if (!secret.ok) return secret;
    trail.user = secret.value.grant.user;
    const key = await settleHostKey(steps, secret.value, directory);
    return key.ok ? done({ ...secret.value, key: key.value }) : key;
  });
  if (!granted.ok) return granted;
  const ready = await step(
    5,
    () => prepare(steps, granted.value, granted.value.key, directory),
    (value) => value.healed,
  );
  if (!ready.ok) return ready;
  const live = await step(6, () => showNotice(steps, ready.value));
  if (!live.ok) return live;
  trail.live = 'plain' in live.value ? live.value.plain : live.value.terminal;
  const client = await step(7, () => logIn(steps, ready.value, live.value, trail));
  if (!client.ok) return client;
  const { channel } = steps.message;
  const connected = await stages.done(8, channel === undefined ? undefined : channelName(channel));
  if (!connected.ok) return connected;
  client.value.begin();
  return done({ client: client.value.client, ready: ready.value });

  async function step<T>(
    stage: Stage,
    run: () => Outcome<T> | Promise<Outcome<T>>,
    note?: (value: T) => string | null,
  ): Promise<Outcome<T>> {
    if (steps.control.reason !== null) return failed(failure('SESSION_GONE'));
    stages.begun(stage);
    const outcome = await run();
    if (!outcome.ok) {
      // the failure may belong to a later stage, which this one has then reached
      for (let passed = stage; passed < (outcome.failure.stage ?? stage); passed += 1)
        await stages.done(passed);
      return { ok: false, failure: { ...outcome.failure, stage: outcome.failure.stage ?? stage } };
    }
    const told = await stages.done(stage, note?.(outcome.value) ?? undefined);
    return told.ok ? outcome : told;
  }
}

async function logIn(
  steps: Steps,
  ready: Ready,
  live: Live,
  trail: Trail,
): Promise<Outcome<{ readonly client: Client; readonly begin: () => void }>> {
  const client = startClient(steps, ready, live);
  trail.client = client;
  const login = await client.login;
  if (login === 'ended') return failed(failure('SESSION_GONE'));
  if ('begin' in login) return done({ client, begin: login.begin });
  if (login.offered !== null) {
    trail.keys = { offered: login.offered, pinned: ready.hostKey };
    // the vault keeps what was shown, so that exactly this key can be re-approved
    await steps.parts.vault.ask('session.hostKey', { sessionId: ready.grant.sessionId, key: login.offered });
  }
  return failed(login.failure);
}

/** Stage 8, until something ends it. Null: no failure; the reason is the control's. */
async function running(
  control: Control,
  { client, ready }: { readonly client: Client; readonly ready: Ready },
): Promise<null> {
  const exited: Promise<Ending> = client.exit.then((exit) => endingOfClient(exit, ready.sockets.dial));
  control.end(await Promise.race([control.ended, exited]));
  return null;
}
