import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { takeReturns, tellLending } from './lend.js';
import type { TerminalSession } from './live-session.js';
import { channelName } from './plain-channel.js';
import { rideOnTerminal } from './ride-on-terminal.js';
import { type Stages, stepper } from './stages.js';
import { loginRefused, type RunningClient, type Trail } from './trail.js';
import {
  prepare,
  type Ready,
  retrieveSecret,
  type Steps,
  sessionDirectory,
  settleHostKey,
  showNotice,
  takeLanding,
} from './walk.js';

/** A session on a terminal: its client has a box and a login of its own, but for a command whose connection has one already. */
export async function walkTerminal(
  steps: Steps,
  stages: Stages,
  trail: Trail,
): Promise<Outcome<RunningClient>> {
  const step = stepper(steps.control, stages);
  const onChannel = steps.message.channel !== undefined;
  const landed = await step(3, () => takeLanding(steps, onChannel), { atOnce: !onChannel });
  if (!landed.ok) return landed;
  trail.landed = true;
  const rode = await rideOnTerminal(steps, landed.value, { stages, trail });
  if (!rode.ok) return rode;
  if (rode.value.kind === 'runs') return done(rode.value.client);
  const { begun } = rode.value;
  const directory = sessionDirectory(steps);
  const granted = await step(4, async () => {
    const secret = await retrieveSecret(steps);
    if (!secret.ok) return secret;
    trail.user = secret.value.grant.user;
    const key = await settleHostKey(steps, secret.value, directory);
    return key.ok ? done({ ...secret.value, key: key.value }) : key;
  });
  if (!granted.ok) return granted;
  const ready = await step(5, () => prepare(steps, granted.value, granted.value.key, directory, begun), {
    note: (value) => value.healed,
  });
  if (!ready.ok) return ready;
  const live = await step(6, () => showNotice(steps, ready.value));
  if (!live.ok) return live;
  trail.live = live.value;
  const { grant } = granted.value;
  if (begun === null) tellLending(steps, live.value, grant);
  const client = await step(7, () => logIn(steps, ready.value, live.value, trail), { atOnce: false });
  if (!client.ok) return client;
  const { channel } = steps.message;
  const connected = await stages.done(8, channel === undefined ? undefined : channelName(channel));
  if (!connected.ok) return connected;
  takeReturns(steps, trail, grant.lending.lent);
  client.value.begin();
  return done(client.value.client);
}

async function logIn(
  steps: Steps,
  ready: Ready,
  live: TerminalSession,
  trail: Trail,
): Promise<Outcome<{ readonly client: RunningClient; readonly begin: () => void }>> {
  const came = await ready.client.logIn(live);
  ready.leaveLine();
  if (came === 'ended') return failed(failure('SESSION_GONE'));
  return 'begin' in came
    ? done({ client: ready.client.running, begin: came.begin })
    : await loginRefused(steps, trail, came, ready.hostKey);
}
