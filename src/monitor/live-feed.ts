import { connect, type Socket } from 'node:net';
import type { Terminal } from '@xterm/headless';
import { encodeFrame, encodeJson, FRAME, FrameDecoder } from '#/contract/frame.js';
import type { FromWatchedHost, Overseen, ToControlledHost, ToWatchedHost } from '#/contract/watch-link.js';
import { type Failure, failure } from '#/domain/failure.js';
import { clampSize, type Ending, type TerminalSize } from '#/domain/session.js';
import { type SteadyTerminal, steadyTerminal } from '#/terminal/steady-terminal.js';

/** The screen of a running session, as its host tells it. The way back is open only for who has a permit to control it. */
export interface LiveFeed {
  /** Null until the first screen has come. */
  readonly terminal: Terminal | null;
  /** Goes up whenever something was drawn. */
  readonly version: number;
  /** Null until it was told. */
  readonly overseen: Overseen | null;
  control(permit: string): void;
  handBack(): void;
  /** Goes nowhere unless the keyboard is ours: then the host takes it. */
  keys(bytes: Buffer): void;
  close(): void;
}

export interface LiveFeedOptions {
  /** Of the session host's socket. */
  readonly path: string;
  readonly request: ToWatchedHost;
  readonly drawn: () => void;
  /** Told once, after everything that was drawn. */
  readonly over: (ending: Ending) => void;
  readonly failed: (failure: Failure) => void;
  readonly told: (message: Told) => void;
}

/** What a session host says beside what is on the screen. */
export type Told = Extract<FromWatchedHost, { type: 'overseen' | 'no-control' }>;
type Step = Buffer | Exclude<FromWatchedHost, { type: 'failed' | 'overseen' | 'no-control' }>;

/** Bytes that wait for the model: beyond that the host is not read, and skips us forward. */
const MOST_WAITING = 1024 * 1024;
/** So much is given to the model at once, before the rest of the world gets its turn. */
const CHUNK = 64 * 1024;

export function openLiveFeed(options: LiveFeedOptions): LiveFeed {
  const { path, request, drawn, over, failed } = options;
  const socket: Socket = connect(path);
  const decoder = new FrameDecoder();
  const steps: Step[] = [];
  let waiting = 0;
  let steady: SteadyTerminal | null = null;
  let version = 0;
  let working = false;
  let lost: string | null = null;
  let told = false;
  let overseen: Overseen | null = null;

  socket.write(encodeJson(request));
  socket.on('error', (error) => gone(error.message));
  socket.on('close', () => gone('the session host closed the connection'));
  socket.on('data', (bytes: Buffer) => {
    try {
      for (const frame of decoder.push(bytes)) {
        if (frame.kind === FRAME.data) take(frame.payload);
        else hear(JSON.parse(frame.payload.toString('utf8')) as FromWatchedHost);
      }
    } catch {
      gone('the session host said what is no message');
      socket.destroy();
    }
  });
  return {
    get terminal() {
      return steady?.terminal ?? null;
    },
    get version() {
      return version;
    },
    get overseen() {
      return overseen;
    },
    control: (permit) => say({ type: 'control', permit }),
    handBack: () => say({ type: 'hand-back' }),
    keys(bytes) {
      if (overseen?.mine === true && !told) socket.write(encodeFrame(FRAME.data, bytes));
    },
    close() {
      told = true;
      socket.destroy();
      steps.length = 0;
      if (!working) steady?.terminal.dispose();
    },
  };

  function say(message: ToControlledHost): void {
    if (!told) socket.write(encodeJson(message));
  }
  function hear(message: FromWatchedHost): void {
    if (message.type === 'failed') return fail(message.failure);
    if (message.type === 'overseen' || message.type === 'no-control') {
      if (message.type === 'overseen') overseen = message;
      return told ? undefined : options.told(message);
    }
    steps.push(message);
    void work();
  }
  function take(bytes: Buffer): void {
    waiting += bytes.length;
    if (waiting > MOST_WAITING) socket.pause();
    steps.push(bytes);
    void work();
  }
  function gone(why: string): void {
    lost ??= why;
    void work();
  }
  function fail(because: Failure): void {
    if (told) return;
    told = true;
    failed(because);
  }
  /** One step after the other: a size counts from where it was said. */
  async function work(): Promise<void> {
    if (working) return;
    working = true;
    for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
      if (Buffer.isBuffer(step)) await write(step);
      else if (step.type === 'ended') finish(step.ending);
      else if (step.type === 'screen') restart(clampSize(step.columns, step.rows));
      else steady?.resize(clampSize(step.columns, step.rows));
      version += 1;
      if (!told) drawn();
    }
    working = false;
    if (told) steady?.terminal.dispose();
    else if (lost !== null)
      fail(failure(steady === null ? 'SESSION_HOST_UNAVAILABLE' : 'SESSION_HOST_DIED', lost));
  }
  function finish(ending: Ending): void {
    if (told) return;
    told = true;
    over(ending);
  }
  function restart(size: TerminalSize): void {
    steady?.terminal.dispose();
    steady = steadyTerminal(size);
  }
  async function write(bytes: Buffer): Promise<void> {
    for (let from = 0; from < bytes.length && !told; from += CHUNK) {
      const part = bytes.subarray(from, from + CHUNK);
      await new Promise<void>((resolve) => (steady === null ? resolve() : steady.write(part, resolve)));
    }
    const before = waiting;
    waiting -= bytes.length;
    if (before > MOST_WAITING && waiting <= MOST_WAITING) socket.resume();
  }
}
