import { execFile, spawn } from 'node:child_process';
import type { TerminalSize } from '#/domain/session.js';
import { type Pipes, type PipesOptions, startPipes } from './pipes.js';
import { type Pty, type PtyOptions, startPty } from './pty.js';

/** The setuid program that starts boxes. It reads who and what from a record that only root could write. */
export interface BoxProgram {
  readonly path: string;
}

/** Nothing of ours: the program clears it anyway. */
const CLEAN: Readonly<Record<string, string>> = { PATH: '/usr/bin:/bin' };
const ENV = Object.entries(CLEAN).map(([name, value]) => `${name}=${value}`);

/** The session's client, on a terminal of its own. */
export function startBox(
  program: BoxProgram,
  sessionId: string,
  size: TerminalSize,
  hooks: Pick<PtyOptions, 'onData' | 'onExit' | 'onDrain'>,
): Pty {
  return startPty({ file: program.path, args: [sessionId], env: ENV, size, ...hooks });
}

/** The session's client without a terminal, for what stands in the session's file `command`. */
export function startPlainBox(
  program: BoxProgram,
  sessionId: string,
  hooks: Pick<PipesOptions, 'onData' | 'onErrors' | 'onExit' | 'onDrain'>,
): Pipes {
  return startPipes({ file: program.path, args: [sessionId], env: CLEAN, ...hooks });
}

export interface ProbeEnd {
  readonly status: number;
  readonly output: string;
}

const PROBE_TIMEOUT = 25_000;
const MOST_OUTPUT = 64 * 1024;

/** A look at the target's host key: the same box, with pipes in place of a terminal. Never rejects. */
export function probeInBox(program: BoxProgram, sessionId: string, signal: AbortSignal): Promise<ProbeEnd> {
  const { promise, resolve } = Promise.withResolvers<ProbeEnd>();
  const child = spawn(program.path, [sessionId], { env: CLEAN, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const take = (bytes: Buffer): void => {
    if (output.length < MOST_OUTPUT) output += bytes.toString('latin1');
  };
  const stop = (): void => void endBox(program, sessionId);
  const timer = setTimeout(stop, PROBE_TIMEOUT);
  signal.addEventListener('abort', stop, { once: true });
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const over = (end: ProbeEnd): void => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    resolve(end);
  };
  child.once('error', (error) => over({ status: 125, output: `postern-box: ${error.message}` }));
  child.once('close', (status) => over({ status: status ?? 255, output }));
  return promise;
}

const END_TIMEOUT = 5000;

/** Ends everything in the box. The session host itself has no right to signal it. Resolves with why it failed, or null. */
export function endBox(program: BoxProgram, sessionId: string): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  execFile(
    program.path,
    ['end', sessionId],
    { env: CLEAN, cwd: '/', timeout: END_TIMEOUT },
    (error, _out, complaint) => {
      resolve(error === null ? null : complaint.trim() || error.message);
    },
  );
  return promise;
}
