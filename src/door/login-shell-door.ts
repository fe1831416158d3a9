import { isIP, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { encodeFrame, encodeJson, FRAME, FrameDecoder } from '#/contract/frame.js';
import { cleanTerm } from '#/domain/session.js';
import { inputFrom, outputTo } from './byte-streams.js';
import { endWhenTaken } from './end-when-taken.js';
import { LENDS_NOTHING } from './lends.js';
import type { DoorLimits } from './limits.js';
import { resizing } from './resizing.js';
import { type FromRelay, fromRelay, type ToRelay } from './shell-link.js';
import type { Terminal } from './terminal.js';
import { type Chance, openAdmission, type Visit } from './visit.js';

export interface LoginShellDoorOptions {
  readonly limits: DoorLimits;
  readonly chance: Chance;
  readonly serve: (terminal: Terminal) => Promise<number>;
  readonly log: (what: string, about?: unknown) => void;
}

export interface LoginShellDoor {
  accept(socket: Socket): void;
  close(): void;
}

type Hello = Extract<FromRelay, { type: 'hello' }>;

/** Bytes of one frame from a relay: it has no reason to send more at once. */
const LONGEST_FRAME = 256 * 1024;
/** Bytes of a piece of what is given at once. */
const PIECE = 16 * 1024;
/** How long a person who has to go may read why. */
const PARTING = 1000;

/** The login-shell door: a relay behind somebody's sshd. As unauthenticated as the other one: the OS user only prefills. */
export function openLoginShellDoor(options: LoginShellDoorOptions): LoginShellDoor {
  // the source is only what the relay says, so one local user could bring penalties on everybody's address
  const admission = openAdmission({ limits: options.limits, chance: options.chance, penalties: false });
  const sockets = new Set<Socket>();
  return {
    accept(socket) {
      socket.on('error', () => undefined);
      const dismissal = new AbortController();
      const visit = admission.admit('login-shell', (why) => {
        dismissal.abort(why);
        setTimeout(() => socket.destroy(), PARTING).unref();
      });
      if ('refused' in visit)
        return void socket.end(encodeJson({ type: 'refused', message: visit.refused } satisfies ToRelay));
      sockets.add(socket);
      socket.once('close', () => {
        sockets.delete(socket);
        visit.end();
      });
      receive(socket, { visit, dismissed: dismissal.signal }, options);
    },
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

interface Guest {
  readonly visit: Visit;
  readonly dismissed: AbortSignal;
}

/** Reads frames until the relay is gone; the first must be its hello. */
function receive(socket: Socket, { visit, dismissed }: Guest, options: LoginShellDoorOptions): void {
  const decoder = new FrameDecoder();
  const keys = new PassThrough({ highWaterMark: LONGEST_FRAME });
  let size: ReturnType<typeof resizing> | null = null;
  let unfinished = 0;
  keys.on('drain', () => socket.resume()).on('error', () => undefined);
  const hear = (message: FromRelay): void => {
    if (message.type === 'resize') size?.set(message.columns, message.rows);
    else if (size === null) {
      size = resizing(message.columns, message.rows);
      serve(
        terminalOn({
          socket,
          keys,
          size,
          visit,
          dismissed,
          hello: message,
          farewell: options.limits.farewell,
        }),
      );
    }
  };
  const serve = (terminal: Terminal): void => {
    options.serve(terminal).then(
      (status) => terminal.close(status),
      (error: unknown) => {
        visit.crashed();
        options.log('door: a terminal crashed', error);
        socket.destroy();
      },
    );
  };
  socket.on('data', (bytes: Buffer) => {
    try {
      const frames = decoder.push(bytes);
      unfinished = frames.length > 0 ? 0 : unfinished + bytes.length;
      if (unfinished > LONGEST_FRAME) throw new Error('frame too long');
      for (const frame of frames) {
        if (frame.kind === FRAME.json) hear(fromRelay.parse(JSON.parse(frame.payload.toString('utf8'))));
        else if (frame.kind === FRAME.data && size !== null && !keys.write(frame.payload)) socket.pause();
      }
    } catch (error) {
      options.log('door: a relay broke the protocol', {
        why: error instanceof Error ? error.message : 'unknown',
      });
      socket.destroy();
    }
  });
  socket.on('end', () => keys.end());
}

interface Parts {
  readonly socket: Socket;
  readonly keys: PassThrough;
  readonly size: ReturnType<typeof resizing>;
  readonly visit: Visit;
  readonly dismissed: AbortSignal;
  readonly hello: Hello;
  readonly farewell: number;
}

function terminalOn({ socket, keys, size, visit, dismissed, hello, farewell }: Parts): Terminal {
  const gone = new AbortController();
  const input = inputFrom(keys);
  let moved: () => void = () => undefined;
  // in pieces, so that a relay that reads slowly is seen to
  const output = outputTo(function send(bytes, sent): void {
    const rest = bytes.subarray(PIECE);
    const next = (): void => (rest.length === 0 ? sent() : send(rest, sent));
    const room = socket.write(encodeFrame(FRAME.data, bytes.subarray(0, PIECE)), () => moved());
    if (room) next();
    else socket.once('drain', next);
  });
  let closing = false;
  socket.once('close', () => {
    gone.abort();
    input.destroy();
    output.destroy();
  });
  return {
    via: 'login-shell',
    from: isIP(hello.from) === 0 ? 'login-shell' : hello.from,
    cameTo: null,
    user: hello.user,
    term: cleanTerm(hello.term),
    lang: hello.lang,
    reason: null,
    env: new Map(hello.lang === '' ? [] : [['LANG', hello.lang]]),
    reasonGiven: () => undefined,
    login: null,
    direct: null,
    input,
    output,
    gone: gone.signal,
    dismissed,
    offerPages: null,
    lends: () => LENDS_NOTHING,
    size: size.size,
    onResize: size.onResize,
    // OpenSSH's server hands none on
    onRequest: () => () => undefined,
    identified: () => visit.identify(),
    forgotten: () => visit.forget(),
    attemptRefused: () => void visit.attempt(),
    close(status) {
      if (closing) return;
      closing = true;
      // the relay hangs up when it has shown everything
      const leave = (): void => void setTimeout(() => socket.destroy(), farewell).unref();
      const hangUp = (): void => {
        output.destroy();
        socket.write(encodeJson({ type: 'exit', status } satisfies ToRelay));
        ({ moved } = endWhenTaken(socket, () => farewell, leave));
      };
      ({ moved } = endWhenTaken(output, () => farewell, hangUp));
    },
  };
}
