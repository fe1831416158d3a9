import { classify } from '#/activities/classify.js';
import { observe } from '#/activities/observe.js';
import type { PlainChannel } from '#/contract/session-link.js';
import type { Activity, Command } from '#/domain/activity.js';
import { type Failure, failure } from '#/domain/failure.js';
import { forwardText } from '#/domain/forward-pattern.js';
import { shownText } from '#/domain/raw-text.js';
import type { Ending, SessionLimits } from '#/domain/session.js';
import type { OpenTape } from '#/recorder/tape.js';
import { type LimitClock, startLimitClock } from './limit-clock.js';
import type { LiveSession } from './live-session.js';
import { overseePlain } from './oversight/oversee-plain.js';
import { tellFollowers } from './oversight/tell-followers.js';
import type { Pipes } from './pipes.js';
import { askedOf, channelName, isTransfer } from './plain-channel.js';
import { readPlain } from './plain-text.js';
import type { PortalLink } from './portal-link.js';
import { COMMAND_KEPT, type StreamTape, startStreamTape, TRANSFER_KEPT } from './stream-tape.js';

export interface PlainSessionOptions {
  readonly channel: PlainChannel;
  readonly tape: OpenTape;
  readonly limits: SessionLimits;
  readonly owner: string;
  /** The owner is told who follows its recording. */
  readonly tellWhenWatched: boolean;
  readonly now: () => number;
  readonly end: (ending: Ending) => void;
}

/** A session without a terminal: bytes go through as they are, and a copy of them to the tape. Nobody comes back to it. */
export interface PlainSession extends LiveSession {
  /** The channel is open; nothing of it is shown yet. */
  started(client: Pipes): void;
  /** How a forwarded connection came out: the target has connected it, or why not. */
  stood(how: 'ok' | Failure): void;
  /** The target listens at this port for the person. */
  listens(port: number): void;
}

type Cause = 'portal' | 'tape' | 'suspended';

const SIZE = { columns: 80, rows: 24 };
const TAPE_MARK = 1024 * 1024;

export function startPlainSession(options: PlainSessionOptions): PlainSession {
  const { channel, tape, limits, now, end } = options;
  const startedAt = now();
  let lastAt = 0;
  let link: PortalLink | null = null;
  let client: Pipes | null = null;
  let clock: LimitClock | null = null;
  let eof = false;
  let hurrying = false;
  let stopped = false;
  let lastInputAt: number | null = null;
  const causes = new Set<Cause>();
  const asked = askedOf(channel);
  const spoken = asked === null ? null : classify(asked);
  // it is shown each piece before that is passed on, and can neither hold nor change it
  const observer = spoken === null ? null : observe(spoken);
  const text = readPlain();
  const errorText = readPlain();
  const listening = channel.kind === 'listen';
  const forward = channel.kind === 'forward' ? { to: forwardText(channel), result: 'not opened' } : null;
  const kept = isTransfer(channel) ? TRANSFER_KEPT : COMMAND_KEPT;
  const output = recorded('output', 'from the target');
  const input = recorded('input', 'to the target');
  tape.append({ at: 0, kind: 'marker', label: `no terminal: ${channelName(channel)}` });
  const { oversight, gate } = overseePlain({
    now,
    mark: (label) => tape.append({ at: at(), kind: 'marker', label }),
    tell: (line) => say(line),
    holdInput: (held) => (held ? link?.pauseInput() : link?.resumeInput()),
    holdOutput: (held) => (held ? hold('suspended') : release('suspended')),
  });

  return {
    size: SIZE,
    get link() {
      return link;
    },
    watchers: null,
    oversight,
    company: () => Promise.resolve(),
    followed: tellFollowers({ owner: options.owner, tell: options.tellWhenWatched, say }),
    get lastKeyAt() {
      return lastInputAt;
    },
    stood,
    listens(port) {
      tape.append({ at: at(), kind: 'marker', label: `the target listens at port ${port}` });
      link?.send({ type: 'opened', port });
    },
    welcome(first) {
      link = first;
      // until there is somebody to take it
      first.pauseInput();
      first.listen({
        message(message) {
          if (message.type === 'eof')
            gate.take(() => {
              eof = true;
              client?.end();
            });
          if (message.type === 'end') end({ kind: 'owner-ended' });
        },
        data(bytes) {
          gate.take(() => typed(bytes));
        },
        drain: () => release('portal'),
        gone: () => end({ kind: 'owner-lost', minutes: 0 }),
      });
    },
    attach(other) {
      other.send({ type: 'failed', failure: failure('SESSION_WITHOUT_TERMINAL') });
      other.close();
      return Promise.resolve();
    },
    started(pipes) {
      client = pipes;
      if (eof) pipes.end();
      gate.resume();
    },
    begin() {
      if (channel.kind === 'exec')
        ran({ kind: 'command', how: 'exec', text: shownText(channel.command) }, at());
      // a place where the target listens is nobody's idleness; it goes with the person's connection
      const own = listening ? { ...limits, idleMinutes: 0 } : limits;
      clock = startLimitClock({ limits: own, now, warn: () => undefined, calm: () => undefined, end });
    },
    output(bytes) {
      // its first bytes may be here before the word that it stands
      stood('ok');
      clock?.keyPressed();
      output.take(bytes);
      tell(observer?.fromTarget(bytes));
      if (link?.data(bytes) === false) hold('portal');
      waitForTape();
    },
    errors,
    drained: () => gate.resume(),
    notice: () => undefined,
    ran,
    lastCommand: channel.kind === 'exec' ? shownText(channel.command) : null,
    say,
    used,
    hurry() {
      hurrying = true;
      release('portal');
      release('suspended');
    },
    settle: () => Promise.resolve(),
    stop() {
      if (stopped) return;
      stopped = true;
      clock?.stop();
      oversight.stop();
      for (const stream of [input, output]) stream.end();
      for (const one of [text, errorText]) tape.text(one.end(at()));
      tell(observer?.end());
      if (forward !== null) tell([forwarded(forward)]);
      if (isTransfer(channel) && !listening)
        tape.append({
          at: at(),
          kind: 'marker',
          label: `${input.bytes} bytes to the target, ${output.bytes} bytes from it`,
        });
    },
    at,
  };

  function used(): void {
    lastInputAt = now();
    clock?.keyPressed();
  }
  function typed(bytes: Buffer): void {
    used();
    input.take(bytes);
    tell(observer?.toTarget(bytes));
    if (client?.write(bytes) === false) link?.pauseInput();
  }
  function say(line: string): void {
    // a forwarded connection has no place for words
    if (forward === null && !listening) errors(Buffer.from(`postern: ${line}\n`));
    else tape.append({ at: at(), kind: 'marker', label: line });
  }
  function stood(how: 'ok' | Failure): void {
    if (forward === null || forward.result === 'ok') return;
    forward.result = how === 'ok' ? how : how.message;
    if (how === 'ok') link?.send({ type: 'opened' });
  }
  function at(): number {
    lastAt = Math.max(lastAt, Math.round(now() - startedAt));
    return lastAt;
  }
  function ran(command: Command, moment: number): void {
    if (!stopped) tape.append({ at: moment, kind: 'activity', activity: command });
  }
  function tell(activities: readonly Activity[] | undefined): void {
    for (const activity of activities ?? []) tape.append({ at: at(), kind: 'activity', activity });
  }
  function forwarded(about: { readonly to: string; readonly result: string }): Activity {
    const counts = { toTarget: input.bytes, fromTarget: output.bytes };
    return { kind: 'forward', protocol: 'tcp', ...about, ...counts };
  }
  function errors(bytes: Buffer): void {
    // what goes wrong is always of interest, and never bulk: on the tape it stands where a terminal would show it
    const moment = at();
    tape.append({ at: moment, kind: 'output', bytes });
    tape.text(errorText.take(bytes, moment));
    if (link?.errors(bytes) === false) hold('portal');
    waitForTape();
  }
  function recorded(kind: 'input' | 'output', way: string): StreamTape {
    return startStreamTape({
      kept,
      record(bytes) {
        const moment = at();
        tape.append({ at: moment, kind, bytes });
        if (kind === 'output') tape.text(text.take(bytes, moment));
      },
      leftOut(bytes) {
        if (!isTransfer(channel))
          tape.append({ at: at(), kind: 'marker', label: `${bytes} bytes ${way} are left out here` });
      },
    });
  }
  function waitForTape(): void {
    if (tape.pending <= TAPE_MARK || causes.has('tape')) return;
    hold('tape');
    void tape.drained().then(() => release('tape'));
  }
  function hold(cause: Cause): void {
    if (hurrying && cause !== 'tape') return;
    causes.add(cause);
    if (causes.size === 1) client?.pause();
  }
  function release(cause: Cause): void {
    if (causes.delete(cause) && causes.size === 0) client?.resume();
  }
}
