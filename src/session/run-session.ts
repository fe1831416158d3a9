import { type Failure, failure } from '#/domain/failure.js';
import { failed, type Outcome } from '#/domain/outcome.js';
import { clampSize } from '#/domain/session.js';
import { enterAnteroom } from './anteroom.js';
import { closeSession } from './close-session.js';
import { type Control, createControl } from './control.js';
import { failedEnding } from './ending.js';
import type { LiveSession } from './live-session.js';
import type { SessionHostParts } from './parts.js';
import { plainOf } from './plain-channel.js';
import { walkPlain } from './plain-walk.js';
import type { PortalLink } from './portal-link.js';
import type { Returns } from './returns.js';
import { reportStages, type Stages } from './stages.js';
import type { Facts } from './tell-facts.js';
import { walkTerminal } from './terminal-walk.js';
import type { RunningClient, Trail } from './trail.js';
import type { OpenMessage, Steps } from './walk.js';

/** One session of this host, from its landing to its end. */
export interface ActiveSession {
  readonly id: string;
  readonly control: Control;
  /** The vault has it as ours. */
  readonly landed: boolean;
  /** What is known so far: for re-attaching, there must be something live. */
  readonly user: string | null;
  readonly live: LiveSession | null;
  /** The same, but also while it waits for somebody to watch. */
  readonly watchable: LiveSession | null;
  /** Null: there is nothing to tell of yet. */
  readonly facts: Facts | null;
  /** What the target may connect to of the person's. */
  readonly returns: Returns | null;
  /** Resolves when nothing of it is left. */
  readonly over: Promise<void>;
}

export function runSession(
  parts: SessionHostParts,
  link: PortalLink,
  message: OpenMessage,
  nonce: string,
): ActiveSession {
  const control = createControl();
  const trail: Trail = {
    landed: false,
    user: null,
    tape: null,
    facts: null,
    live: null,
    client: null,
    returns: null,
    keys: null,
  };
  const anteroom = enterAnteroom(link, clampSize(message.columns, message.rows), control);
  const screen = message.channel === undefined ? link : null;
  const stages = reportStages(parts.vault, screen, message.sessionId);
  const cleanup = new DisposableStack();
  const steps: Steps = {
    parts,
    link,
    message,
    nonce,
    control,
    anteroom,
    cleanup,
    recording(tape, facts) {
      trail.tape = tape;
      trail.facts = facts;
    },
    running: (client) => (trail.client = client),
    waiting: (terminal) => (trail.live = terminal),
    lent: (kind, socket) => (trail.returns === null ? socket.destroy() : trail.returns.begin(kind, socket)),
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
    get watchable() {
      return isWatchable(trail) ? trail.live : null;
    },
    get facts() {
      return factsOf(trail);
    },
    get returns() {
      return trail.returns;
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

function isWatchable({ live, client }: Trail): boolean {
  return live !== null && (client !== null || live.oversight.state.company !== null);
}

function factsOf(trail: Trail): Facts | null {
  const { facts, live } = trail;
  if (facts === null || live === null || !isWatchable(trail)) return null;
  const { suspended, typing, company } = live.oversight.state;
  return {
    lastKeyAt: live.lastKeyAt,
    bytes: facts.bytes,
    lastActivity: live.lastCommand?.slice(0, 1000) ?? facts.lastActivity,
    suspendedBy: suspended?.by ?? null,
    typing,
    company: company?.kind ?? null,
  };
}

/** A step that failed because the session was ended meanwhile is no failure of that step. */
function refusal(because: Failure, control: Control): Failure | null {
  if (control.reason !== null) return null;
  control.end(failedEnding(because));
  return because;
}

/** Stages 3 to 7; a failure at one of them lets nothing of the next happen. */
async function walk(steps: Steps, stages: Stages, trail: Trail): Promise<Outcome<RunningClient>> {
  const channel = plainOf(steps.message.channel);
  return channel === null
    ? await walkTerminal(steps, stages, trail)
    : await walkPlain(steps, channel, stages, trail);
}

/** Stage 8, until something ends it. Null: no failure; the reason is the control's. */
async function running(control: Control, client: RunningClient): Promise<Failure | null> {
  const ended = await Promise.race([control.ended, client.ending]);
  if (!('kind' in ended)) return refusal(ended, control);
  control.end(ended);
  return null;
}
