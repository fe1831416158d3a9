import { type ChildProcessWithoutNullStreams, spawn as spawnProcess } from 'node:child_process';
import { type IPty, spawn } from 'node-pty';
import type { PseudoTtyInfo, ServerChannel } from 'ssh2';

export interface ShellOptions {
  readonly home: string;
  readonly user: string;
}

const SHELL = '/bin/bash';

function environment({ home, user }: ShellOptions, term: string): Record<string, string> {
  return {
    HOME: home,
    USER: user,
    LOGNAME: user,
    SHELL,
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    TERM: term,
  };
}

/** A login shell, or one command, on a terminal of its own. Ends the channel with the shell's own status. */
export function openTerminal(
  channel: ServerChannel,
  size: Pick<PseudoTtyInfo, 'cols' | 'rows'>,
  term: string,
  command: string | null,
  options: ShellOptions,
): IPty {
  const args = command === null ? [] : ['-c', command];
  const pty = spawn(SHELL, args, {
    name: term,
    cols: size.cols || 80,
    rows: size.rows || 24,
    cwd: options.home,
    env: environment(options, term),
    encoding: null,
  });
  // with encoding null node-pty hands out Buffers, whatever its types say
  pty.onData((data) => {
    if (!channel.write(data)) pty.pause();
  });
  channel.on('drain', () => pty.resume());
  channel.on('data', (bytes: Buffer) => pty.write(bytes));
  channel.on('close', () => pty.kill('SIGHUP'));
  pty.onExit(({ exitCode }) => {
    channel.exit(exitCode);
    channel.end();
  });
  return pty;
}

/** One command without a terminal: its two outputs stay apart. */
export function runCommand(
  channel: ServerChannel,
  command: string,
  options: ShellOptions,
): ChildProcessWithoutNullStreams {
  return runPlain(channel, ['-c', command], options);
}

/** A shell without a terminal: it reads its commands to their end. */
export function runShell(channel: ServerChannel, options: ShellOptions): ChildProcessWithoutNullStreams {
  return runPlain(channel, [], options);
}

function runPlain(
  channel: ServerChannel,
  args: readonly string[],
  options: ShellOptions,
): ChildProcessWithoutNullStreams {
  const child = spawnProcess(SHELL, [...args], {
    cwd: options.home,
    env: environment(options, 'dumb'),
  });
  channel.pipe(child.stdin);
  child.stdin.on('error', () => undefined);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  channel.on('close', () => child.kill('SIGKILL'));
  child.on('close', (code) => {
    channel.exit(code ?? 255);
    channel.end();
  });
  return child;
}
