import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Pty, PtyExit } from './pty.js';

/** A program whose three streams are pipes: every byte arrives as it was sent, and its input has an end. */
export interface Pipes extends Pty {
  end(): void;
}

export interface PipesOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Every byte of standard output and standard error comes here, in their order, before `onExit`. */
  readonly onData: (bytes: Buffer) => void;
  readonly onErrors: (bytes: Buffer) => void;
  readonly onExit: (exit: PtyExit) => void;
  readonly onDrain: () => void;
}

export function startPipes(options: PipesOptions): Pipes {
  const child = spawn(options.file, [...options.args], {
    env: options.env,
    cwd: '/',
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const { stdin, stdout, stderr } = child;
  let exit: PtyExit | null = null;
  const outputs: readonly Readable[] = [stdout, stderr];
  stdout.on('data', options.onData);
  stderr.on('data', options.onErrors);
  // a program that reads no more is no failure of ours
  stdin.on('error', () => undefined);
  stdin.on('drain', options.onDrain);
  for (const stream of outputs) stream.on('error', () => undefined);
  const over = (how: PtyExit): void => {
    if (exit !== null) return;
    exit = how;
    options.onExit(how);
  };
  child.once('error', (error) => {
    options.onErrors(Buffer.from(`postern-box: ${error.message}\n`));
    over({ status: 125, signal: null });
  });
  // after the last byte of both
  child.once('close', (status) => over({ status: status ?? 255, signal: null }));
  return {
    pid: child.pid ?? -1,
    write: (bytes) => !stdin.writable || stdin.write(bytes),
    end: () => void stdin.end(),
    resize: () => undefined,
    pause: () => outputs.forEach((stream) => void stream.pause()),
    resume: () => outputs.forEach((stream) => void stream.resume()),
    destroy() {
      stdin.destroy();
      for (const stream of outputs) stream.destroy();
    },
  };
}
