import { connect, type Socket } from 'node:net';
import { encodeFrame, encodeJson, FRAME, FrameDecoder } from '#/contract/frame.js';
import type { FromMonitor, ToMonitor } from '#/contract/replay-link.js';
import { type Failure, failure } from '#/domain/failure.js';
import type { Outcome } from '#/domain/outcome.js';

export interface ReplayOptions {
  readonly path: string;
  /** Asks the vault for a permit; what to open with it. */
  readonly opening: () => Promise<Outcome<ToMonitor>>;
  readonly listener: (message: FromMonitor) => void;
}

export interface MonitorHandle {
  send(message: ToMonitor): void;
  /** What is typed on a keyboard that was taken over. */
  type(bytes: Buffer): void;
  close(): void;
}

/** A recording that the monitor plays, or a running session that it follows, and the portal shows. What is sent before it is open waits. */
export function openReplay({ path, opening, listener }: ReplayOptions): MonitorHandle {
  let socket: Socket | null = null;
  let closed = false;
  const early: ToMonitor[] = [];
  const fail = (what: Failure): void => {
    if (closed) return;
    closed = true;
    socket?.destroy();
    listener({ type: 'failed', failure: what });
  };
  const broken = (error: unknown): void =>
    fail(failure('INTERNAL', error instanceof Error ? error.message : 'replay'));
  const open = async (): Promise<void> => {
    const granted = await opening();
    if (closed) return;
    if (!granted.ok) return fail(granted.failure);
    socket = connectMonitor(path, hear, (why) => fail(failure('MONITOR_UNAVAILABLE', why)));
    for (const message of [granted.value, ...early]) socket.write(encodeJson(message));
  };
  const hear = (message: FromMonitor): void => {
    if (closed) return;
    if (message.type === 'failed') fail(message.failure);
    else listener(message);
  };
  void open().catch(broken);
  return {
    send(command) {
      if (closed) return;
      if (socket === null) early.push(command);
      else socket.write(encodeJson(command));
    },
    type(bytes) {
      if (!closed) socket?.write(encodeFrame(FRAME.data, bytes));
    },
    close() {
      closed = true;
      socket?.destroy();
    },
  };
}

function connectMonitor(
  path: string,
  hear: (message: FromMonitor) => void,
  gone: (why: string) => void,
): Socket {
  const socket = connect(path);
  const decoder = new FrameDecoder();
  socket.on('error', (error) => gone(error.message));
  socket.on('close', () => gone('connection closed'));
  socket.on('data', (bytes: Buffer) => {
    try {
      for (const frame of decoder.push(bytes))
        if (frame.kind === FRAME.json) hear(JSON.parse(frame.payload.toString('utf8')) as FromMonitor);
    } catch (error) {
      gone(error instanceof Error ? error.message : 'broken frame');
    }
  });
  return socket;
}
