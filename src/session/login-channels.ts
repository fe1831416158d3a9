import type { Socket } from 'node:net';
import type { Environment } from '#/domain/environment.js';
import type { Lendable } from '#/domain/lending.js';
import { rawBytes } from '#/domain/raw-text.js';
import type { TerminalSize } from '#/domain/session.js';
import type { Answers, AskedFor } from './answers.js';
import { type ChannelHooks, pipesOf, STREAMS, type Stream, type Streams } from './channel-pipes.js';
import { type OneShot, openOneShot } from './one-shot.js';
import type { Pipes } from './pipes.js';
import type { SessionDirectory } from './session-directory.js';

export interface ChannelWish {
  /** As commandFile() has it: a letter, and the text that goes with it. */
  readonly text: string;
  readonly environment: Environment;
  /** What the target may use of the person's while it runs. */
  readonly lent: readonly Lendable[];
  /** It runs on a terminal, in the box; null: its streams are pipes. */
  readonly terminal: { readonly size: TerminalSize; readonly term: string } | null;
}
/** 'refused': the target opens no further channel on this login. 'lost': there is no login any more. */
export type Opened = 'refused' | 'lost' | Pipes;

/** The channels of one login: each is three streams between us and the ssh in the box, and one that says what becomes of it. */
export interface LoginChannels {
  open(wish: ChannelWish, hooks: ChannelHooks): Promise<Opened>;
  /** Ends all of them, and with them the program in the box. */
  end(): void;
}

/** Channels that one login carries in its life. */
const MOST = 1_000_000;
/** Until a channel is open, and then until the target has answered what is asked for on it. */
const LONGEST_OPENING = 30_000;

export async function openLoginChannels(
  directory: SessionDirectory,
  answers: Answers,
): Promise<LoginChannels> {
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
    // not twice: an end that is one too many costs an error, with its trace, that nobody reads
    socket
      .once('end', () => void (socket.writableEnded || socket.end()))
      .once('close', () => all.delete(socket));
    firstLine(socket, (line) => {
      const [id = '', which = ''] = line.split(' ');
      const take = expected.get(id);
      if (take === undefined || !isStream(which)) socket.destroy();
      else take(which, socket);
    });
  });
  opened.move();
  return {
    async open({ text, environment, lent, terminal }, hooks) {
      if (over || requests === null || requests.destroyed) return 'lost';
      const id = (next++).toString(16);
      const variables = Object.entries(environment).map(([name, value]) => `\0${name}=${value}`);
      const bytes = rawBytes(`${placeOf(terminal)}${text.slice(1)}${variables.join('')}`);
      const streams = fourOf(id, expected);
      const line = `${id} ${terminal === null ? text.charAt(0) : 'p'} ${bytes.length}${lettersOf(lent)}\n`;
      const since = answers.mark();
      const listen = (number: number): AskedFor => answers.of(number, since, LONGEST_OPENING);
      requests.write(Buffer.concat([Buffer.from(line), bytes]));
      const timer = setTimeout(streams.give, LONGEST_OPENING, null);
      waiting.add(streams.give);
      const got = await streams.all;
      waiting.delete(streams.give);
      clearTimeout(timer);
      return got === null ? 'lost' : await carried(got, hooks, isForward(text) ? null : listen);
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

/** What stands before a command on a terminal (native/terminal.h). */
function placeOf(terminal: ChannelWish['terminal']): string {
  return terminal === null ? '' : `${terminal.size.columns} ${terminal.size.rows} ${terminal.term} `;
}

/** On these the target is asked for nothing but that they are opened. */
function isForward(text: string): boolean {
  return text.startsWith('w') || text.startsWith('l');
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
async function carried(
  streams: Streams,
  hooks: ChannelHooks,
  listen: ((number: number) => AskedFor) | null,
): Promise<Opened> {
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
        const asked = number === '' ? null : (listen?.(Number(number)) ?? null);
        resolve((pipes = pipesOf(streams, hooks, { status: () => status, asked })));
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
