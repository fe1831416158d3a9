import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type IPty, spawn } from 'node-pty';
import type { LoggedIn } from '#/contract/calls.js';
import { DELIMITERS } from '#/domain/destination.js';
import { failure } from '#/domain/failure.js';
import { failed } from '#/domain/outcome.js';
import type { DirectVisit } from '#/door/direct-visit.js';
import type { ForwardVisit } from '#/door/forward-visit.js';
import { type DoorLimits, OPENSSH_LIMITS } from '#/door/limits.js';
import type { ListenVisit } from '#/door/listen-visit.js';
import type { DoorQuestions } from '#/door/ssh-authentication.js';
import { openSshDoor } from '#/door/ssh-door.js';
import type { Terminal } from '#/door/terminal.js';
import { newHostKey } from '../helpers/host-key.ts';

const hostKey = newHostKey();

export const somebody: LoggedIn = {
  ticket: 'ticket-of-alice',
  person: { user: 'alice', groups: [], rights: [], lastSuccess: null, lastFailure: null, auditor: false },
  mustChange: false,
  secondFactor: 'done',
};

/** A vault that knows nobody. */
const nobody: DoorQuestions = {
  keyKnown: async () => false,
  loginByKey: async () => null,
  logIn: async () => failed(failure('LOGIN_REFUSED')),
  verifyCode: async () => failed(failure('CODE_REFUSED')),
  reasonNeeded: async () => false,
};

export interface Rig {
  readonly port: number;
  readonly host: string;
  readonly terminals: Terminal[];
  readonly lines: { readonly what: string; readonly about: unknown }[];
  readonly abandoned: LoggedIn[];
  close(): Promise<void>;
}

export interface RigOptions {
  readonly limits?: Partial<DoorLimits>;
  readonly questions?: Partial<DoorQuestions>;
  readonly serve?: (terminal: Terminal) => Promise<number | void>;
  readonly serveDirect?: (visit: DirectVisit) => Promise<void>;
  readonly serveForward?: (visit: ForwardVisit) => Promise<void>;
  readonly serveListen?: (visit: ListenVisit) => Promise<void>;
  readonly now?: () => number;
  readonly random?: () => number;
}

/** A door on a free port of loopback, with a small fake portal behind it. */
export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const terminals: Terminal[] = [];
  const lines: { what: string; about: unknown }[] = [];
  const abandoned: LoggedIn[] = [];
  const serve = options.serve ?? waitForEnd;
  const door = openSshDoor({
    hostKey: hostKey.private,
    limits: { ...OPENSSH_LIMITS, ...options.limits },
    questions: { ...nobody, ...options.questions },
    delimiters: DELIMITERS,
    serve: async (terminal) => {
      terminals.push(terminal);
      return (await serve(terminal)) ?? 0;
    },
    serveDirect: options.serveDirect ?? (() => Promise.resolve()),
    serveForward: options.serveForward ?? (() => Promise.resolve()),
    serveListen: options.serveListen ?? (() => Promise.resolve()),
    abandon: (login) => abandoned.push(login),
    log: (what, about) => lines.push({ what, about }),
    chance: { now: options.now ?? (() => performance.now() / 1000), random: options.random ?? (() => 0.999) },
  });
  const server = createServer({ allowHalfOpen: false }, (socket) => door.accept(socket));
  await listen(server);
  return {
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    terminals,
    lines,
    abandoned,
    close: () =>
      new Promise((resolve) => {
        door.close();
        server.close(() => resolve());
      }),
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

/** Says what it got, until the client is gone or `q` is typed. */
async function waitForEnd(terminal: Terminal): Promise<void> {
  terminal.output.write(
    `hello ${terminal.user} ${terminal.term} ${terminal.size().columns}x${terminal.size().rows}\r\n`,
  );
  terminal.onResize(({ columns, rows }) => terminal.output.write(`now ${columns}x${rows}\r\n`));
  for await (const bytes of terminal.input) {
    const text = (bytes as Buffer).toString('latin1');
    terminal.output.write(`got ${JSON.stringify(text)}\r\n`);
    if (text.includes('q')) return;
  }
}

/** A file in a directory of its own, gone at the end of the test. */
export function scratch(): {
  readonly path: (name: string) => string;
  readonly write: (name: string, text: string, mode?: number) => string;
  remove(): void;
} {
  const directory = mkdtempSync(join(tmpdir(), 'door-'));
  return {
    path: (name) => join(directory, name),
    write(name, text, mode = 0o600) {
      const path = join(directory, name);
      writeFileSync(path, text, { mode });
      return path;
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

export interface Person {
  readonly pty: IPty;
  readonly screen: () => string;
  sees(text: string | RegExp): Promise<void>;
  readonly exit: Promise<number>;
}

/** Nothing of this machine's own configuration, and no questions about the host key. */
export function sshOptions(rig: { readonly port: number }): readonly string[] {
  return [
    '-F',
    'none',
    '-p',
    String(rig.port),
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    'UserKnownHostsFile=/dev/null',
    '-o',
    'LogLevel=ERROR',
    '-o',
    'IdentityAgent=none',
  ];
}

/** The real ssh client in a pty. What follows the options, if it begins with no '-', is the command. */
export function ssh(
  rig: { readonly port: number },
  args: readonly string[],
  user = 'alice',
  size = { cols: 80, rows: 24 },
): Person {
  const last = args.at(-1) ?? '';
  const command =
    !last.startsWith('-') && (args.at(-2) === '-T' || args.at(-2) === '-tt' || args.at(-2) === '-s')
      ? [last]
      : [];
  const options = args.slice(0, args.length - command.length);
  return inPty('ssh', [...options, ...sshOptions(rig), '-l', user, '127.0.0.1', ...command], size);
}

export function inPty(
  file: string,
  args: readonly string[],
  size = { cols: 80, rows: 24 },
  env: Record<string, string> = {},
): Person {
  const pty = spawn(file, [...args], {
    name: 'xterm-256color',
    ...size,
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', TERM: 'xterm-256color', ...env },
  });
  let shown = '';
  const waiting = new Set<() => void>();
  pty.onData((text) => {
    shown += text;
    for (const look of [...waiting]) look();
  });
  const { promise: exit, resolve: ended } = Promise.withResolvers<number>();
  pty.onExit(({ exitCode }) => {
    ended(exitCode);
    for (const look of [...waiting]) look();
  });
  return {
    pty,
    screen: () => shown,
    exit,
    sees: (text) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`never saw ${String(text)} in ${JSON.stringify(shown)}`)),
          8000,
        );
        const look = (): void => {
          if (typeof text === 'string' ? !shown.includes(text) : !text.test(shown)) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Waits for a condition; the test's own time limit ends it. */
export async function until(condition: () => boolean | Promise<boolean>, every = 5): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, every));
}
