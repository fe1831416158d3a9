import type { Command } from '#/domain/activity.js';
import { failure } from '#/domain/failure.js';
import { clampSize, type Ending, type SessionLimits, type TerminalSize } from '#/domain/session.js';
import type { SettingValues } from '#/domain/settings.js';
import type { OpenTape } from '#/recorder/tape.js';
import type { TerminalClient } from './escaped-input.js';
import { createInput } from './input.js';
import { startInputTape } from './input-tape.js';
import { createKeyWatch } from './key-watch.js';
import { type LimitClock, startLimitClock } from './limit-clock.js';
import type { Limit } from './limits.js';
import { startOutput } from './output.js';
import { keepCompany } from './oversight/company.js';
import { type Oversight, startOversight } from './oversight/oversight.js';
import type { LinkListener, PortalLink } from './portal-link.js';
import type { Screen } from './screen/screens.js';
import { createWatchers, type Watchers } from './watchers.js';

/** A session from the notice on: the pump between a person, who may come and go, and the client on its pty. */
export interface LiveSession {
  readonly size: TerminalSize;
  readonly link: PortalLink | null;
  /** Null: there is no screen to watch. */
  readonly watchers: Watchers | null;
  /** When the last key reached it; milliseconds, null: none so far. */
  readonly lastKeyAt: number | null;
  /** What others may do with it. */
  readonly oversight: Oversight;
  /** Resolves when somebody else watches; from then on it is frozen whenever nobody does. */
  company(): Promise<void>;
  /** These have its recording open: its owner may have to be told. */
  followed(by: readonly string[]): void;
  /** At its start: the person sees what comes from here on. */
  welcome(link: PortalLink): void;
  /** Later: the person sees the exact screen, then what comes. A client that was there is told and let go. */
  attach(link: PortalLink, size: TerminalSize): Promise<void>;
  /** The client is logged in: limits count from now, and what it prints is the session's. */
  begin(): void;
  output(bytes: Buffer): void;
  /** What the client says on a standard error of its own. On a terminal there is none. */
  errors(bytes: Buffer): void;
  /** The pty takes input again. */
  drained(): void;
  /** The first data of all. */
  notice(line: string): void;
  /** The last line, after all output: on the terminal and on the tape. Before that nothing of ours is ever in the stream. */
  say(line: string): void;
  /** The person has pressed a key somewhere else than on the terminal: in a window of the target's. */
  used(): void;
  /** Something was run. `at`: a moment on the tape, which may have passed. */
  ran(command: Command, at: number): void;
  /** The latest of what was run, of a session on a terminal. */
  readonly lastCommand: string | null;
  /** Nobody is waited for any more. */
  hurry(): void;
  /** Resolves when what the screen has to tell of what was shown is on the tape, or took too long. */
  settle(): Promise<void>;
  /** Everything that was taken is handed on; the clocks stand still. */
  stop(): void;
  /** A moment on the tape. */
  at(): number;
}

/** One on a terminal. */
export interface TerminalSession extends LiveSession {
  /** The client runs; nothing of it is shown yet. */
  started(client: TerminalClient): void;
}

export interface LiveSessionOptions {
  readonly tape: OpenTape;
  readonly screen: Screen;
  readonly size: TerminalSize;
  readonly limits: SessionLimits;
  readonly recordInput: boolean;
  readonly owner: string;
  readonly company: Pick<SettingValues, 'fourEyes' | 'fourEyesGraceSeconds' | 'tellWhenWatched'>;
  /** What runs instead of a shell; null: a shell. */
  readonly command: string | null;
  readonly now: () => number;
  readonly end: (ending: Ending) => void;
  readonly stateChanged: (state: 'running' | 'detached') => void;
}

/** The client turns its terminal raw a moment after its login. Until it shows something, input would be echoed twice. */
const SETTLING = 300;
/** An Escape that so long nothing follows was pressed; what a terminal says by itself goes on at once. */
const ALONE = 500;
/** So long the end of a session waits for its screen model. */
const PATIENCE = 1000;
const NO_BYTES = Buffer.alloc(0);

export function startLiveSession(options: LiveSessionOptions): TerminalSession {
  const { tape, limits } = options;
  let size = options.size;
  let link: PortalLink | null = null;
  let pty: TerminalClient | null = null;
  let clock: LimitClock | null = null;
  let begun = false;
  let lastKeyAt: number | null = null;
  let grace: NodeJS.Timeout | null = null;
  let settling: NodeJS.Timeout | null = null;
  let escape: NodeJS.Timeout | null = null;
  let lastCommand: string | null = null;
  let stopped = false;
  const warnings = new Map<Limit, () => void>();
  const watchers = createWatchers({
    screen: options.screen,
    size: () => size,
    now: options.now,
    typing: () => oversight.state.typing !== null,
  });
  const output = startOutput({
    tape,
    screen: options.screen,
    watchers,
    now: options.now,
    size: () => size,
    hold: (held) => (held ? pty?.pause() : pty?.resume()),
  });
  const oversight = startOversight({
    now: options.now,
    mark(label) {
      output.flush();
      tape.append({ at: output.at(), kind: 'marker', label });
    },
    cover: (cover) => output.cover(cover),
    typed,
    giveUp: () => options.end({ kind: 'owner-ended' }),
  });
  const company = keepCompany({
    oversight,
    watchers,
    owner: options.owner,
    fourEyes: options.company.fourEyes,
    graceSeconds: options.company.fourEyesGraceSeconds,
    tell: options.company.tellWhenWatched,
    now: options.now,
    end: options.end,
  });
  const inputTape = options.recordInput
    ? startInputTape({
        now: options.now,
        record: (bytes) => tape.append({ at: output.at(), kind: 'input', bytes }),
      })
    : null;
  const keys = createKeyWatch();
  const input = createInput({
    write(bytes) {
      output.typed(bytes);
      return pty?.write(bytes) ?? true;
    },
    pause() {
      link?.pauseInput();
      oversight.hold(true);
    },
    resume() {
      link?.resumeInput();
      oversight.hold(false);
    },
    record: inputTape === null ? null : (bytes) => inputTape.typed(bytes),
  });

  return {
    get size() {
      return size;
    },
    get link() {
      return link;
    },
    watchers,
    oversight,
    company: () => company.wait(),
    followed: (by) => company.followed(by),
    get lastKeyAt() {
      return lastKeyAt;
    },
    get lastCommand() {
      return lastCommand;
    },
    ran,
    welcome(first) {
      link = first;
      output.welcome(first);
      first.listen(listenTo(first));
    },
    attach,
    started(client) {
      pty = client;
      pty.resize(size);
    },
    begin() {
      begun = true;
      pty?.resize(size);
      if (options.command !== null) ran({ kind: 'command', how: 'exec', text: options.command }, output.at());
      clock = startLimitClock({
        limits,
        now: options.now,
        warn: (of, line) => warnings.set(of, oversight.remind(line)),
        calm,
        end: options.end,
      });
      settling = setTimeout(() => input.open(), SETTLING);
      if (link === null || link.gone) left();
    },
    output(bytes) {
      output.take(bytes);
      inputTape?.printed(bytes);
      input.open();
    },
    errors: () => undefined,
    drained: () => input.drained(),
    notice(line) {
      output.take(Buffer.from(line));
      output.flush();
    },
    say,
    used: pressed,
    hurry: () => output.hurry(),
    settle() {
      output.flush();
      return Promise.race([
        options.screen.flush(),
        new Promise<void>((resolve) => setTimeout(resolve, PATIENCE).unref()),
      ]);
    },
    stop() {
      stopped = true;
      clock?.stop();
      company.stop();
      oversight.stop();
      for (const timer of [grace, settling, escape]) if (timer !== null) clearTimeout(timer);
      output.flush();
      watchers.flush();
      inputTape?.stop();
    },
    at: () => output.at(),
  };

  function ran(command: Command, at: number): void {
    if (stopped) return;
    lastCommand = command.text;
    tape.append({ at, kind: 'activity', activity: command });
  }
  function listenTo(one: PortalLink): LinkListener {
    return {
      message(message) {
        if (one !== link) return;
        if (message.type === 'resize') resize(clampSize(message.columns, message.rows));
        if (message.type === 'end') options.end({ kind: 'owner-ended' });
        if (message.type === 'break') sendBreak();
      },
      data(bytes) {
        if (one === link && oversight.ownerTyped(bytes)) typed(bytes);
      },
      drain: () => (one === link ? output.portalDrained() : undefined),
      gone: () => (one === link ? left() : undefined),
    };
  }
  function typed(bytes: Buffer): void {
    if (escape !== null) clearTimeout(escape);
    escape = null;
    if (keys.typed(bytes)) pressed();
    else if (keys.escape) escape = setTimeout(pressed, ALONE);
    input.take(bytes);
  }
  function pressed(): void {
    lastKeyAt = options.now();
    clock?.keyPressed();
  }
  /** Like a key: whoever may not type sends none. */
  function sendBreak(): void {
    if (pty === null || !input.isOpen || !oversight.ownerTyped(NO_BYTES)) return;
    if (!pty.sendBreak())
      return oversight.note('BREAK is sent at the beginning of a line only: press Enter first.');
    output.flush();
    tape.append({ at: output.at(), kind: 'marker', label: 'BREAK' });
    pressed();
  }
  function resize(next: TerminalSize): void {
    if (next.columns === size.columns && next.rows === size.rows) return;
    size = next;
    output.resize(size);
    pty?.resize(size);
  }
  async function attach(next: PortalLink, nextSize: TerminalSize): Promise<void> {
    const before = link;
    link = next;
    if (grace !== null) clearTimeout(grace);
    grace = null;
    before?.send({ type: 'failed', failure: failure('SESSION_TAKEN_OVER') });
    before?.close();
    resize(nextSize);
    await output.attach(next);
    if (link !== next) return;
    options.stateChanged('running');
    next.listen(listenTo(next));
    company.greet();
  }
  function left(): void {
    link = null;
    output.detach();
    if (!begun || limits.graceMinutes <= 0) return options.end({ kind: 'owner-lost', minutes: 0 });
    options.stateChanged('detached');
    grace = setTimeout(
      () => options.end({ kind: 'owner-lost', minutes: limits.graceMinutes }),
      limits.graceMinutes * 60_000,
    );
  }
  function calm(of: Limit): void {
    warnings.get(of)?.();
    warnings.delete(of);
  }
  function say(line: string): void {
    for (const of of warnings.keys()) calm(of);
    output.take(Buffer.from(`\r\n${line}\r\n`));
    output.flush();
  }
}
