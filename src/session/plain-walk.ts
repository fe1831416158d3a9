import type { CallResult } from '#/contract/calls.js';
import type { SessionGrant } from '#/contract/rows.js';
import type { PlainChannel, WantedChannel } from '#/contract/session-link.js';
import { forTarget } from '#/domain/environment.js';
import { type Failure, failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { cleanTerm } from '#/domain/session.js';
import type { OpenTape } from '#/recorder/tape.js';
import { channelClient } from './channel-client.js';
import type { ChannelHooks } from './channel-pipes.js';
import { takeReturns, tellLending } from './lend.js';
import type { ChannelWish } from './login-channels.js';
import { notRun } from './not-run.js';
import { channelName, commandFile } from './plain-channel.js';
import { type PlainSession, startPlainSession } from './plain-session.js';
import type { LoginOutcome, SharedLogin } from './shared-login.js';
import { type Stages, stepper } from './stages.js';
import { GONE, loginRefused, type RunningClient, type Trail } from './trail.js';
import {
  isGranted,
  redeemSecret,
  type Steps,
  sessionDirectory,
  settleHostKey,
  startTape,
  takeLanding,
  WRONG_PERMIT,
} from './walk.js';

/** What a channel goes over: a login that another session of its connection made, or one that it makes itself. */
interface Way {
  readonly grant: SessionGrant;
  readonly login: SharedLogin;
  /** What it needs to make it; null: it rides. */
  readonly own: Own | null;
}

interface Own {
  readonly credential: Parameters<SharedLogin['prepare']>[0]['credential'];
  readonly hostKey: Parameters<SharedLogin['prepare']>[0]['hostKey'];
}

/** Stages 3 to 8 of what runs without a terminal: a channel of its connection's login. Each has a permit and a tape of its own. */
export async function walkPlain(
  steps: Steps,
  channel: PlainChannel,
  stages: Stages,
  trail: Trail,
): Promise<Outcome<RunningClient>> {
  const step = stepper(steps.control, stages);
  const landed = await step(3, () => takeLanding(steps, true), { atOnce: false });
  if (!landed.ok) return landed;
  trail.landed = true;
  const { share } = landed.value;
  const way = await step(4, () => findWay(steps, landed.value, trail), { atOnce: false });
  if (!way.ok) return way;
  if (way.value.own === null && way.value.login.isUp)
    return await rideAlong(steps, channel, way.value, { stages, share, trail });
  const { grant, own } = way.value;
  const ready = await step(5, () => prepare(steps, channel, way.value), {
    note: (value) => value.healed,
    atOnce: false,
  });
  if (!ready.ok) return ready;
  // the secret is used at the target next: everything before is in the books by then
  const live = await step(6, () => welcome(steps, channel, grant, ready.value.tape), {
    atOnce: own !== null,
  });
  if (!live.ok) return live;
  trail.live = live.value;
  tellLending(steps, live.value, grant);
  const login = await step(7, () => loggedIn(steps, way.value, share, trail), { atOnce: false });
  if (!login.ok) return login;
  const connected = await stages.done(8, channelName(channel));
  if (!connected.ok) return connected;
  return await open(steps, { wish: ready.value.wish, live: live.value, login: login.value, share, trail });
}

/** Stages 5 to 8 where nothing is left to be done but the tape: they are in the books with its first head, or none of them is. */
async function rideAlong(
  steps: Steps,
  channel: PlainChannel,
  { grant, login }: Way,
  { stages, share, trail }: { readonly stages: Stages; readonly share: string | null; readonly trail: Trail },
): Promise<Outcome<RunningClient>> {
  if (steps.control.reason !== null) return GONE;
  stages.begun(5);
  const asked = wishOf(steps, channel, grant);
  if (!asked.ok) return asked;
  const wish = asked.value;
  const passed = [5, 6, 7].map((stage) => ({ stage, detail: null }));
  const tape = await startTape(steps, grant, [...passed, { stage: 8, detail: channelName(channel) }]);
  if (!tape.ok) return tape;
  const live = welcome(steps, channel, grant, tape.value);
  if (!live.ok) return live;
  trail.live = live.value;
  tellLending(steps, live.value, grant);
  return await open(steps, { wish, live: live.value, login, share, trail });
}

/** Stage 4: the right to ride on a login that is there, or the secret for one of its own. */
async function findWay(
  steps: Steps,
  { share, ride }: CallResult<'session.landed'>,
  trail: Trail,
): Promise<Outcome<Way>> {
  const { parts, message } = steps;
  const known = ride === null ? null : parts.logins.madeBy(ride.on);
  if (ride !== null && !ride.grant.ok) return ride.grant;
  if (ride !== null && ride.grant.ok && known !== null) return rides(steps, known, ride.grant.value, trail);
  const found = parts.logins.find(share);
  // until its maker has the secret, the vault knows of no such login
  if (found === null || !(await found.granted) || !found.hasRoom) return await ownWay(steps, share, trail);
  const { permit, sessionId } = message;
  const ridden =
    ride === null ? await parts.vault.ask('session.ride', { permit, sessionId, on: found.sessionId }) : null;
  if (ridden === null) return await ownWay(steps, share, trail);
  if (!ridden.ok) return ridden;
  const { grant } = ridden.value.value;
  return grant === null ? await ownWay(steps, share, trail) : rides(steps, found, grant, trail);
}

function rides(
  { cleanup, message }: Steps,
  login: SharedLogin,
  grant: SessionGrant,
  trail: Trail,
): Outcome<Way> {
  if (!isGranted(message.channel, grant)) return failed(WRONG_PERMIT);
  cleanup.defer(login.ride(() => trail.returns));
  trail.user = grant.user;
  return done({ grant, login, own: null });
}

async function ownWay(
  steps: Steps,
  share: string | null,
  trail: Trail,
): Promise<Outcome<Way & { readonly own: Own }>> {
  const { parts, message, cleanup } = steps;
  // whoever comes next waits for it
  const login = parts.logins.begin(message.sessionId, share);
  const leave = login.ride(() => trail.returns);
  cleanup.defer(() => {
    login.abandon();
    leave();
  });
  const granted = await redeemSecret(steps);
  if (!granted.ok) return granted;
  const { grant, credential } = granted.value;
  login.hold(credential);
  login.isGranted();
  trail.user = grant.user;
  const key =
    grant.hostKey === null
      ? await settleHostKey(steps, granted.value, sessionDirectory(steps))
      : done(grant.hostKey);
  return key.ok ? done({ grant, login, own: { credential, hostKey: key.value } }) : key;
}

interface Prepared {
  readonly tape: OpenTape;
  readonly wish: ChannelWish;
  readonly healed: string | null;
}

/** Stage 5: the tape, and what a login of its own takes; without a tape the target hears nothing. */
async function prepare(
  steps: Steps,
  channel: PlainChannel,
  { grant, login, own }: Way,
): Promise<Outcome<Prepared>> {
  const asked = wishOf(steps, channel, grant);
  if (!asked.ok) return asked;
  const wish = asked.value;
  const opening = startTape(steps, grant);
  const [tape, login_] = await Promise.all([
    opening,
    own === null
      ? done({ healed: null })
      : prepareLogin(steps, login, { grant, own, recorded: opening.then(({ ok }) => ok) }),
  ]);
  if (!tape.ok) return tape;
  return login_.ok ? done({ tape: tape.value, wish, healed: login_.value.healed }) : login_;
}

function wishOf({ message }: Steps, channel: PlainChannel, grant: SessionGrant): Outcome<ChannelWish> {
  if (grant.policy.fourEyes) return failed(failure('FOUR_EYES_NO_TERMINAL'));
  const text = commandFile(channel);
  if (text === null) return failed(failure('COMMAND_TOO_LONG'));
  return done({
    text,
    environment: forTarget(Object.entries(message.environment ?? {})),
    lent: channel.kind === 'forward' || channel.kind === 'listen' ? [] : grant.lending.lent,
    terminal: null,
  });
}

function prepareLogin(
  { message }: Steps,
  login: SharedLogin,
  {
    grant,
    own,
    recorded,
  }: { readonly grant: SessionGrant; readonly own: Own; readonly recorded: Promise<boolean> },
) {
  const { lang, screen = 0 } = message;
  return login.prepare({ ...own, grant, recorded, term: cleanTerm(message.term), lang, screen });
}

/** Stage 6: the door's banner was the notice; from here on it is a session. */
function welcome(
  { parts, link, control, cleanup }: Steps,
  channel: PlainChannel,
  grant: SessionGrant,
  tape: OpenTape,
): Outcome<PlainSession> {
  const live = startPlainSession({
    channel,
    tape,
    limits: grant.policy,
    owner: grant.user,
    tellWhenWatched: grant.policy.tellWhenWatched,
    now: parts.now,
    end: control.end,
  });
  cleanup.defer(() => live.stop());
  link.send({ type: 'live' });
  live.welcome(link);
  return link.gone ? failed(failure('NOTICE_NOT_SHOWN', 'the client is gone')) : done(live);
}

/** Stage 7: the login is there. One that came to nothing for reasons of its maker's is no reason for this session to fail. */
async function loggedIn(
  steps: Steps,
  way: Way,
  share: string | null,
  trail: Trail,
): Promise<Outcome<SharedLogin>> {
  const { login, own } = way;
  if (own !== null) return await come(steps, login, await login.start(), { own, trail });
  const ended = steps.control.ended.then(() => 'abandoned' as const);
  const outcome = await Promise.race([login.outcome, ended]);
  if (steps.control.reason !== null) return GONE;
  return outcome === 'abandoned'
    ? await ownLogin(steps, share, trail)
    : await come(steps, login, outcome, { own: null, trail });
}

async function come(
  steps: Steps,
  login: SharedLogin,
  outcome: LoginOutcome,
  { own, trail }: { readonly own: Own | null; readonly trail: Trail },
): Promise<Outcome<SharedLogin>> {
  if (outcome === 'up') return done(login);
  if (outcome === 'abandoned') return GONE;
  return own === null ? failed(outcome.failure) : await loginRefused(steps, trail, outcome, own.hostKey);
}

/** The other login does not carry this session: it makes one itself, as if there had been none. */
async function ownLogin(steps: Steps, share: string | null, trail: Trail): Promise<Outcome<SharedLogin>> {
  const way = await ownWay(steps, share, trail);
  if (!way.ok) return way;
  const { grant, login, own } = way.value;
  const ready = await prepareLogin(steps, login, { grant, own, recorded: Promise.resolve(true) });
  return ready.ok ? await come(steps, login, await login.start(), { own, trail }) : ready;
}

interface Opening {
  readonly wish: ChannelWish;
  readonly live: PlainSession;
  readonly login: SharedLogin;
  readonly share: string | null;
  readonly trail: Trail;
}

/** Stage 8: the channel itself. Nothing ran yet when the other login refuses it or is lost: then it gets one of its own. */
async function open(steps: Steps, opening: Opening): Promise<Outcome<RunningClient>> {
  const { wish, live, login, share, trail } = opening;
  const { channel } = steps.message;
  const forward = channel?.kind === 'forward' || channel?.kind === 'listen';
  const client = channelClient(trail, login, steps.parts.keepAliveSeconds);
  let silent = true;
  takeReturns(steps, trail, wish.lent, channel);
  const hooks: ChannelHooks = {
    onData(bytes) {
      silent = false;
      live.output(bytes);
    },
    onErrors: (bytes) => live.errors(bytes),
    onDrain: () => live.drained(),
    onExit(status, answer) {
      const why = channel === undefined || forward ? null : notRun(channel.kind, { status, answer, silent });
      client.exited(status, why);
    },
  };
  const opened =
    channel?.kind === 'listen'
      ? await login.listen(
          steps.message.sessionId,
          {
            at: channel,
            opened: (port) => live.listens(port),
            take: ({ socket, from }) => trail.returns?.begin('tcp', socket, { from, at: channel }),
          },
          hooks,
        )
      : await login.open(steps.message.sessionId, wish, hooks);
  if (opened === 'refused' || opened === 'lost') {
    if (steps.control.reason !== null) return GONE;
    const why = forward ? await notForwarded(login, opened, channel) : null;
    if (why !== null) {
      live.stood(why);
      return failed(why);
    }
    if (login.sessionId === steps.message.sessionId)
      return failed(
        failure('TARGET_PROTOCOL', `it ${opened === 'lost' ? 'closed the connection' : 'opens no session'}`, {
          stage: 8,
        }),
      );
    const own = await ownLogin(steps, share, trail);
    return own.ok ? await open(steps, { ...opening, login: own.value }) : own;
  }
  const running = client.runs(opened);
  live.started(opened);
  live.begin();
  live.stood('ok');
  return done(running);
}

/** What the target says of a place that it does not connect to; null: it was not asked, for the login is gone. */
async function notForwarded(
  login: SharedLogin,
  opened: 'refused' | 'lost',
  { kind }: PlainChannel | WantedChannel,
): Promise<Failure | null> {
  const code = kind === 'listen' ? 'LISTENING_FAILED' : 'FORWARDING_FAILED';
  if (opened === 'lost') return login.hasRoom ? failure(code, 'it did not answer in time') : null;
  if (kind === 'listen') return failure(code, 'it refuses, or the port is in use');
  return failure('FORWARDING_FAILED', (await login.refusal()) ?? 'it refuses, or is refused there');
}
