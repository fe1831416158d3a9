import type { CallResult } from '#/contract/calls.js';
import type { SessionGrant } from '#/contract/rows.js';
import { forTarget } from '#/domain/environment.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { cleanTerm } from '#/domain/session.js';
import type { OpenTape } from '#/recorder/tape.js';
import { channelClient } from './channel-client.js';
import { takeReturns, tellLending } from './lend.js';
import type { TerminalSession } from './live-session.js';
import type { Opened } from './login-channels.js';
import { notRun } from './not-run.js';
import { channelName, commandFile } from './plain-channel.js';
import type { SharedLogin } from './shared-login.js';
import type { Stages } from './stages.js';
import { GONE, type RunningClient, type Trail } from './trail.js';
import { isGranted, openTerminal, type Steps, startTape, WRONG_PERMIT } from './walk.js';

/** What a session has when the login that it was to ride on does not carry it. */
export interface Begun {
  readonly tape: OpenTape;
  readonly terminal: TerminalSession;
}

type Rode =
  | { readonly kind: 'runs'; readonly client: RunningClient }
  /** It needs a login of its own. `begun` null: nothing of it is there. */
  | { readonly kind: 'alone'; readonly begun: Begun | null };

const ALONE: Rode = { kind: 'alone', begun: null };

/** Stages 4 to 8 of a command on a terminal, over the login of the connection that it came by, when that is up. */
export async function rideOnTerminal(
  steps: Steps,
  { ride }: CallResult<'session.landed'>,
  { stages, trail }: { readonly stages: Stages; readonly trail: Trail },
): Promise<Outcome<Rode>> {
  if (ride === null) return done(ALONE);
  if (!ride.grant.ok) return ride.grant;
  const grant = ride.grant.value;
  const login = steps.parts.logins.madeBy(ride.on);
  // ptys are the box's own at level 3 only; and who waits for a second person begins with his terminal
  if (login?.isUp !== true || grant.isolation < 3 || grant.policy.fourEyes) return done(ALONE);
  const { channel } = steps.message;
  if (channel === undefined || !isGranted(channel, grant)) return failed(WRONG_PERMIT);
  if (steps.control.reason !== null) return GONE;
  const leave = login.ride(() => trail.returns);
  steps.cleanup.defer(leave);
  trail.user = grant.user;
  stages.begun(5);
  const text = commandFile(channel);
  if (text === null) return failed(failure('COMMAND_TOO_LONG'));
  const passed = [5, 6, 7].map((stage) => ({ stage, detail: null }));
  const tape = await startTape(steps, grant, [...passed, { stage: 8, detail: channelName(channel) }]);
  if (!tape.ok) return tape;
  const terminal = openTerminal(steps, { grant, tape: tape.value });
  if (steps.link.gone) return failed(failure('NOTICE_NOT_SHOWN', 'the client is gone'));
  trail.live = terminal;
  tellLending(steps, terminal, grant);
  takeReturns(steps, trail, grant.lending.lent);
  const client = await runOn(steps, login, { text, grant, terminal, trail });
  if (client !== 'refused' && client !== 'lost') return done({ kind: 'runs', client });
  if (steps.control.reason !== null) return GONE;
  leave();
  return done({ kind: 'alone', begun: { tape: tape.value, terminal } });
}

interface Running {
  readonly text: string;
  readonly grant: SessionGrant;
  readonly terminal: TerminalSession;
  readonly trail: Trail;
}

async function runOn(
  { parts, message }: Steps,
  login: SharedLogin,
  { text, grant, terminal, trail }: Running,
): Promise<RunningClient | Exclude<Opened, object>> {
  const client = channelClient(trail, login, parts.keepAliveSeconds);
  let silent = true;
  const print = (bytes: Buffer): void => {
    silent = false;
    terminal.output(bytes);
  };
  const opened = await login.open(
    message.sessionId,
    {
      text,
      environment: forTarget(Object.entries(message.environment ?? {})),
      lent: grant.lending.lent,
      terminal: { size: terminal.size, term: cleanTerm(message.term) },
    },
    {
      onData: print,
      onErrors: print,
      onDrain: () => terminal.drained(),
      onExit(status, answer) {
        client.exited(status, notRun('terminal', { status, answer, silent }));
      },
    },
  );
  if (typeof opened === 'string') return opened;
  const running = client.runs(opened);
  // its client takes no orders among its keys: every byte is the target's
  terminal.started({ ...opened, sendBreak: () => false });
  terminal.begin();
  return running;
}
