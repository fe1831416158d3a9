import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ReadStream } from 'node:tty';
import type { TerminalSize } from '#/domain/session.js';

/** The addon of node-pty 1.1.0, pinned: its TypeScript face loses output, resizes dead ptys and queues without bound. */
interface Native {
  fork(
    file: string,
    args: readonly string[],
    env: readonly string[],
    cwd: string,
    columns: number,
    rows: number,
    uid: number,
    gid: number,
    utf8: boolean,
    helper: string,
    onExit: (status: number, signal: number) => void,
  ): { readonly fd: number; readonly pid: number; readonly pty: string };
  resize(fd: number, columns: number, rows: number): void;
}
const load = createRequire(import.meta.url)('node-pty/lib/utils.js') as {
  loadNativeModule(name: string): { module: Native };
};
const native = load.loadNativeModule('pty').module;

export interface PtyExit {
  readonly status: number;
  readonly signal: number | null;
}

/** A program on a terminal of its own. No `kill`: who started it knows how to end it. */
export interface Pty {
  readonly pid: number;
  /** False: enough is queued; wait for `onDrain`. After the exit it takes and drops. */
  write(bytes: Uint8Array): boolean;
  resize(size: TerminalSize): void;
  pause(): void;
  resume(): void;
  /** Closes the terminal; output that was not read yet is gone. The program gets a hang-up. */
  destroy(): void;
}

export interface PtyOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly size: TerminalSize;
  /** Every byte comes here, in order, before `onExit`. */
  readonly onData: (bytes: Buffer) => void;
  readonly onExit: (exit: PtyExit) => void;
  readonly onDrain?: () => void;
}

const READ = 64 * 1024;
/** Bytes queued for a program that does not read, from which on `write` says no. */
const WRITE_MARK = 64 * 1024;
const RETRY_FIRST = 2;
const RETRY_LONGEST = 50;

/**
 * Starts a program on a new pty. We hold the slave open until the program has exited, so that the kernel never reports a
 * hang-up while output is waiting; then the rest is read by hand. Paused readers lose nothing either.
 */
export function startPty(options: PtyOptions): Pty {
  const term = native.fork(
    options.file,
    options.args,
    options.env,
    '/',
    options.size.columns,
    options.size.rows,
    -1,
    -1,
    true,
    '',
    (status, signal) => exited({ status, signal: signal === 0 ? null : signal }),
  );
  let slave: number | null = openSlave(term);
  // one buffer for all reads: the kernel gives 4 KiB at a time, and a buffer of its own for each cost more than the bytes
  const stream = new ReadStream(term.fd, {
    onread: { buffer: Buffer.allocUnsafeSlow(READ), callback: read },
  });
  let open = true;
  let paused = false;
  let rest: { readonly chunks: Buffer[]; readonly exit: PtyExit } | null = null;
  const writer = createWriter(term.fd, () => options.onDrain?.());

  // on its own it begins to read in the next turn of ticks, whoever has paused it since
  process.nextTick(() => {
    if (!paused) stream.resume();
  });
  // EIO can only come after the exit, when we have read everything by hand
  stream.on('error', () => undefined);

  return { pid: term.pid, write: (bytes) => writer.write(bytes), resize, pause, resume, destroy };

  function read(size: number, buffer: Uint8Array): boolean {
    if (open) options.onData(Buffer.from(buffer.subarray(0, size)));
    return !paused;
  }
  function resize(size: TerminalSize): void {
    if (open) native.resize(term.fd, size.columns, size.rows);
  }
  function pause(): void {
    paused = true;
    stream.pause();
  }
  function resume(): void {
    paused = false;
    if (rest !== null) deliver();
    else if (open) stream.resume();
  }
  function exited(exit: PtyExit): void {
    const chunks = open ? readRest(stream, term.fd, closeSlave) : [];
    close();
    rest = { chunks, exit };
    if (!paused) deliver();
  }
  function deliver(): void {
    while (rest !== null && !paused) {
      const chunk = rest.chunks.shift();
      if (chunk !== undefined) {
        options.onData(chunk);
        continue;
      }
      const { exit } = rest;
      rest = null;
      options.onExit(exit);
    }
  }
  function closeSlave(): void {
    if (slave !== null) closeSync(slave);
    slave = null;
  }
  function close(): void {
    open = false;
    writer.stop();
    closeSlave();
    stream.destroy();
  }
  function destroy(): void {
    if (open) close();
    if (rest !== null) rest.chunks.length = 0;
    paused = false;
    if (rest !== null) deliver();
  }
}

/** Without the slave output could be lost, so the program does not run then either: closing its terminal hangs it up. */
function openSlave(term: { readonly fd: number; readonly pty: string }): number {
  try {
    return openSync(term.pty, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  } catch (error) {
    closeSync(term.fd);
    throw error;
  }
}

/** What the kernel holds; it says EIO at the end, once nobody has the slave. */
function readRest(stream: ReadStream, fd: number, closeSlave: () => void): Buffer[] {
  stream.pause();
  const chunks: Buffer[] = [];
  closeSlave();
  for (;;) {
    const chunk = Buffer.allocUnsafe(65_536);
    const size = attempt(() => readSync(fd, chunk, 0, chunk.length, null));
    if (size === null || size === 0) return chunks;
    chunks.push(chunk.subarray(0, size));
  }
}

/** Writes as much as the terminal takes, keeps the rest and tries again later: no busy loop. */
function createWriter(fd: number, onDrain: () => void): { write(bytes: Uint8Array): boolean; stop(): void } {
  const queue: Uint8Array[] = [];
  let queued = 0;
  let full = false;
  let stopped = false;
  let wait = RETRY_FIRST;
  let timer: NodeJS.Timeout | null = null;

  return {
    write(bytes) {
      if (stopped || bytes.length === 0) return true;
      queue.push(bytes);
      queued += bytes.length;
      if (timer === null) flush();
      full = queued > WRITE_MARK;
      return !full;
    },
    stop() {
      stopped = true;
      queue.length = 0;
      if (timer !== null) clearTimeout(timer);
    },
  };

  function flush(): void {
    timer = null;
    for (let first = queue[0]; first !== undefined; first = queue[0]) {
      const bytes = first;
      const size = attempt(() => writeSync(fd, bytes)) ?? 0;
      if (size === 0) return later();
      wait = RETRY_FIRST;
      queued -= size;
      if (size === bytes.length) queue.shift();
      else queue[0] = bytes.subarray(size);
    }
    if (full) {
      full = false;
      onDrain();
    }
  }
  function later(): void {
    timer = setTimeout(flush, wait);
    wait = Math.min(wait * 2, RETRY_LONGEST);
  }
}

/** Null when the kernel says no: EAGAIN (not now) or EIO (the other side is gone). */
function attempt(call: () => number): number | null {
  try {
    return call();
  } catch {
    return null;
  }
}
