import type { Socket } from 'node:net';
import { turnWriter } from '#/contract/stream-writes.js';
import type { Environment } from '#/domain/environment.js';
import type { Lendable } from '#/domain/lending.js';
import { rawBytes } from '#/domain/raw-text.js';
import { type OneShot, openOneShot } from './one-shot.js';
import type { Pipes, PipesOptions } from './pipes.js';
import type { SessionDirectory } from './session-directory.js';

export interface ChannelWish {
  /** As commandFile() has it: a letter, and the text that goes with it. */
  readonly text: string;
  readonly environment: Environment;
  /** What the target may use of the person's while it runs. */
  readonly lent: readonly Lendable[];
}
export type ChannelHooks = Pick<PipesOptions, 'onData' | 'onErrors' | 'onDrain'> & {
  /** Null: it did not end by itself; the login was lost, or it was let go. */
  readonly onExit: (status: number | null) => void;
  /** Before the outcome: the target has opened it; of what it listens at, the port. */
  readonly onOpened?: (port: number | null) => void;
};

/** 'refused': the target opens no further channel on this login. 'lost': there is no login any more. */
export type Opened = 'refused' | 'lost' | Pipes;

/** The channels of one login: each is three streams between us and the ssh in the box, and one that says what becomes of it. */
export interface LoginChannels {
  open(wish: ChannelWish, hooks: ChannelHooks): Promise<Opened>;
  /** Ends all of them, and with them the program in the box. */
  end(): void;
}

const STREAMS = ['in', 'out', 'err', 'end'] as const;
type Stream = (typeof STREAMS)[number];
type Streams = Readonly<Record<Stream, Socket>>;

/** Channels that one login carries in its life. */
const MOST = 1_000_000;
const LONGEST_OPENING = 30_000;

export async function openLoginChannels(directory: SessionDirectory): Promise<LoginChannels> {
  let requests: Socket | null = null;
  let next = 1;
  let over = false;
  const expected = new Map<string, (which: Stream, socket: Socket) => void>();
  const waiting = new Set<(streams: null) => void>();
  const all = new Set<Socket>();
  using opened = new DisposableStack();
  const share: OneShot = await openOneShot(directory.socket('share'), 1, (socket) => {
    requests = socket.resume();
    socket.once('close', () => {
      for (const give of [...waiting]) give(null);
    });
  });
  opened.defer(() => share.close());
  const channel: OneShot = await openOneShot(directory.socket('channel'), MOST, (socket) => {
    all.add(socket);
    socket.once('end', () => socket.end()).once('close', () => all.delete(socket));
    firstLine(socket, (line) => {
      const [id = '', which = ''] = line.split(' ');
      const take = expected.get(id);
      if (take === undefined || !isStream(which)) socket.destroy();
      else take(which, socket);
    });
  });
  opened.move();
  return {
    async open({ text, environment, lent }, hooks) {
      if (over || requests === null || requests.destroyed) return 'lost';
      const id = (next++).toString(16);
      const variables = Object.entries(environment).map(([name, value]) => `\0${name}=${value}`);
      const bytes = rawBytes(text.slice(1) + variables.join(''));
      const streams = fourOf(id, expected);
      const line = `${id} ${text.charAt(0)} ${bytes.length}${lettersOf(lent)}\n`;
      requests.write(Buffer.concat([Buffer.from(line), bytes]));
      const timer = setTimeout(streams.give, LONGEST_OPENING, null);
      waiting.add(streams.give);
      const got = await streams.all;
      waiting.delete(streams.give);
      clearTimeout(timer);
      return got === null ? 'lost' : await carried(got, hooks);
    },
    end() {
      over = true;
      share.close();
      channel.close();
      requests?.destroy();
      for (const socket of all) socket.destroy();
    },
  };
}

function lettersOf(lent: readonly Lendable[]): string {
  return lent.length === 0 ? '' : ` ${lent.map((one) => one.charAt(0)).join('')}`;
}

function isStream(which: string): which is Stream {
  return (STREAMS as readonly string[]).includes(which);
}

/** The four connections of one channel, in whatever order they come. */
function fourOf(id: string, expected: Map<string, (which: Stream, socket: Socket) => void>) {
  const { promise, resolve } = Promise.withResolvers<Streams | null>();
  const got: Partial<Record<Stream, Socket>> = {};
  expected.set(id, (which, socket) => {
    if (got[which] !== undefined) return void socket.destroy();
    got[which] = socket;
    const { in: input, out, err, end } = got;
    if (input !== undefined && out !== undefined && err !== undefined && end !== undefined)
      give({ in: input, out, err, end });
  });
  return { all: promise, give };

  function give(streams: Streams | null): void {
    expected.delete(id);
    if (streams === null) for (const one of Object.values(got)) one.destroy();
    resolve(streams);
  }
}

/** Waits for the target's word on the channel; from then on it is three pipes. */
async function carried(streams: Streams, hooks: ChannelHooks): Promise<Opened> {
  const { end } = streams;
  const { promise, resolve } = Promise.withResolvers<Opened>();
  const timer = setTimeout(() => end.destroy(), LONGEST_OPENING);
  let status: number | null = null;
  let said = '';
  let pipes: Pipes | null = null;
  const hear = (bytes: Buffer): void => {
    said += bytes.toString('latin1');
    for (let at = said.indexOf('\n'); at >= 0; at = said.indexOf('\n')) {
      const [word = '', number = ''] = said.slice(0, at).split(' ');
      said = said.slice(at + 1);
      if (word === 'opened' && pipes === null) {
        hooks.onOpened?.(number === '' ? null : Number(number));
        resolve((pipes = pipesOf(streams, hooks, () => status)));
      }
      if (word === 'refused') resolve('refused');
      if (word === 'exit') status = Number(number);
    }
    if (said.length > 256) end.destroy();
  };
  end.on('data', hear).resume();
  end.once('close', () => resolve('lost'));
  const outcome = await promise;
  clearTimeout(timer);
  if (typeof outcome === 'string') for (const one of STREAMS) streams[one].destroy();
  return outcome;
}

function pipesOf(streams: Streams, hooks: ChannelHooks, status: () => number | null): Pipes {
  const { in: input, out, err, end } = streams;
  const outputs = [out, err];
  const inTurn = turnWriter(input);
  let exited = false;
  // a forwarded connection has no standard error: its stream may be over already
  const running = [out, err, end].filter((stream) => !stream.closed);
  let open = running.length;
  const over = (): void => {
    if (exited) return;
    exited = true;
    input.destroy();
    hooks.onExit(status());
  };
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
    resize: () => undefined,
    pause: () => outputs.forEach((stream) => void stream.pause()),
    resume: () => outputs.forEach((stream) => void stream.resume()),
    destroy() {
      for (const one of STREAMS) streams[one].destroy();
      over();
    },
  };
}

const LONGEST_LINE = 64;

/** The line that each stream begins with; what comes behind it is left to be read. */
function firstLine(socket: Socket, then: (line: string) => void): void {
  let line = Buffer.alloc(0);
  const hear = (bytes: Buffer): void => {
    line = Buffer.concat([line, bytes]);
    const at = line.indexOf(10);
    if (at < 0) return line.length > LONGEST_LINE ? void socket.destroy() : undefined;
    socket.off('data', hear).pause();
    if (at + 1 < line.length) socket.unshift(line.subarray(at + 1));
    then(line.subarray(0, at).toString('latin1'));
  };
  socket.on('data', hear);
}
