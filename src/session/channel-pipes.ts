import type { Socket } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { turnWriter } from '#/contract/stream-writes.js';
import type { Answer, AskedFor } from './answers.js';
import type { Pipes, PipesOptions } from './pipes.js';

export type ChannelHooks = Pick<PipesOptions, 'onData' | 'onErrors' | 'onDrain'> & {
  /** Null: it did not end by itself; the login was lost, or it was let go. Beside it what the target answered, as far as that was heard. */
  readonly onExit: (status: number | null, answer: Answer | null) => void;
  /** Before the outcome: the target has opened it; of what it listens at, the port. */
  readonly onOpened?: (port: number | null) => void;
};

export const STREAMS = ['in', 'out', 'err', 'end'] as const;
export type Stream = (typeof STREAMS)[number];
export type Streams = Readonly<Record<Stream, Socket>>;

/** A channel on which nothing runs is closed by the target at once, or else by us. */
const LONGEST_CLOSING = 5000;
/** For what is said on another stream than that it is over. */
const PATIENCE = 100;

/** What is said of a channel beside its streams. */
interface Word {
  /** How it ended, as far as that was said. */
  readonly status: () => number | null;
  /** What the target answers to what was asked for; null: nothing was. */
  readonly asked: AskedFor | null;
}

/** Three streams of a channel that is open, as pipes. */
export function pipesOf(streams: Streams, hooks: ChannelHooks, { status, asked }: Word): Pipes {
  const { in: input, out, err, end } = streams;
  const outputs = [out, err];
  const inTurn = turnWriter(input);
  let exited = false;
  let answer: Answer | null = null;
  let closing: NodeJS.Timeout | undefined;
  // a forwarded connection has no standard error: its stream may be over already
  const running = [out, err, end].filter((stream) => !stream.closed);
  let open = running.length;
  const over = (): void => {
    if (exited) return;
    exited = true;
    clearTimeout(closing);
    input.destroy();
    // the client says what was answered on another stream
    const late = asked !== null && answer === null && status() === 255 ? after(PATIENCE) : null;
    void Promise.race([late, asked?.answer]).then(() => {
      asked?.forget();
      hooks.onExit(status(), answer);
    });
  };
  const destroy = (): void => {
    for (const one of STREAMS) streams[one].destroy();
    over();
  };
  void asked?.answer.then((heard) => {
    answer = heard;
    if (heard === 'none') destroy();
    // the client has closed its side of it
    if (heard === 'refused') closing = setTimeout(() => void (out.closed && destroy()), LONGEST_CLOSING);
  });
  // what has something to say runs, answered or not
  for (const stream of outputs) stream.once('data', () => asked?.forget());
  out.on('data', hooks.onData);
  err.on('data', hooks.onErrors);
  input.on('drain', hooks.onDrain).resume();
  // after the last byte of both, and the word on how it ended
  for (const stream of running)
    stream.once('close', () => {
      open -= 1;
      if (open === 0) over();
    });
  for (const stream of outputs) stream.resume();
  return {
    pid: -1,
    write: (bytes) => !input.writable || inTurn(() => void input.write(bytes)),
    end: () => void input.end(),
    // of a channel on a terminal; the others have no size
    resize: ({ columns, rows }) => void (end.writable && end.write(`${columns} ${rows}\n`)),
    pause: () => outputs.forEach((stream) => void stream.pause()),
    resume: () => outputs.forEach((stream) => void stream.resume()),
    destroy,
  };
}
