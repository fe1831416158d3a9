import { appendFileSync } from 'node:fs';
import xterm from '@xterm/headless';
import * as pty from 'node-pty';

export const KEYS = {
  enter: '\r',
  tab: '\t',
  'shift-tab': '\x1b[Z',
  escape: '\x1b',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  home: '\x1b[H',
  end: '\x1b[F',
  'page-up': '\x1b[5~',
  'page-down': '\x1b[6~',
  backspace: '\x7f',
  space: ' ',
} as const;
export type Key = keyof typeof KEYS | `ctrl-${string}`;

export interface ScreenOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A real client program in a pty, read as a person reads it: through a terminal model. */
export class Screen {
  readonly #terminal: xterm.Terminal;
  readonly #pty: pty.IPty;
  readonly #bytes: Buffer[] = [];
  #exit: number | null = null;
  #passed = 0;
  #heard = 0;
  readonly exited: Promise<number>;

  constructor(
    command: string,
    args: readonly string[],
    { columns = 80, rows = 24, env = {} }: ScreenOptions = {},
  ) {
    this.#terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 5000 });
    this.#pty = pty.spawn(command, [...args], {
      cols: columns,
      rows,
      name: 'xterm-256color',
      encoding: null,
      env: {
        PATH: process.env['PATH'],
        HOME: '/nonexistent',
        LANG: 'C.UTF-8',
        TERM: 'xterm-256color',
        ...env,
      },
    });
    this.#pty.onData((data) => {
      const bytes = Buffer.from(data as unknown as Buffer);
      this.#bytes.push(bytes);
      this.#heard = Date.now();
      this.#terminal.write(bytes);
      if (process.env['POSTERN_TEST_TYPESCRIPT'] !== undefined)
        appendFileSync(process.env['POSTERN_TEST_TYPESCRIPT'], bytes);
    });
    const { promise, resolve } = Promise.withResolvers<number>();
    this.exited = promise;
    this.#pty.onExit(({ exitCode }) => {
      this.#exit = exitCode;
      resolve(exitCode);
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** Everything the client wrote so far, byte for byte. */
  get bytes(): Buffer {
    return Buffer.concat(this.#bytes);
  }

  type(text: string): this {
    this.#pty.write(text);
    return this;
  }

  press(...keys: readonly Key[]): this {
    for (const key of keys) {
      const letter = /^ctrl-(.)$/.exec(key)?.[1];
      this.#pty.write(
        letter === undefined
          ? KEYS[key as keyof typeof KEYS]
          : String.fromCharCode(letter.toUpperCase().charCodeAt(0) & 31),
      );
    }
    return this;
  }

  resize(columns: number, rows: number): this {
    this.#terminal.resize(Math.max(columns, 2), Math.max(rows, 1));
    this.#pty.resize(columns, rows);
    return this;
  }

  /** The visible rows, right-trimmed. */
  text(): string {
    const buffer = this.#terminal.buffer.active;
    return Array.from(
      { length: this.#terminal.rows },
      (_, row) => buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? '',
    ).join('\n');
  }

  /** What is in each cell of the visible rows, and how it looks as far as that can be seen. */
  cells(): string[][] {
    const buffer = this.#terminal.buffer.active;
    const cell = buffer.getNullCell();
    return Array.from({ length: this.#terminal.rows }, (_, row) => {
      const line = buffer.getLine(buffer.baseY + row);
      return Array.from({ length: this.#terminal.cols }, (_column, at) => {
        line?.getCell(at, cell);
        const text = cell.getChars() === ' ' ? '' : cell.getChars();
        const [inverse, underline, bold] = [cell.isInverse(), cell.isUnderline(), cell.isBold()].map(Boolean);
        const isSeen = text !== '' || inverse === true || underline === true;
        const fg = isSeen ? cell.getFgColor() : -1;
        return [text, fg, cell.getBgColor(), inverse, underline, bold === true && text !== ''].join(' ');
      });
    });
  }

  cursor(): { readonly row: number; readonly column: number } {
    const { cursorY, cursorX } = this.#terminal.buffer.active;
    return { row: cursorY, column: cursorX };
  }

  /** Waits until the screen shows it; fails with the screen printed. */
  async sees(wanted: string | RegExp, seconds = 15): Promise<string> {
    const shows = (text: string): boolean =>
      typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
    const text = await this.#until(shows, `to see ${String(wanted)}`, seconds);
    await this.#drawn();
    return shows(this.text()) ? this.text() : text;
  }

  /** A frame may arrive in pieces: until nothing more came for a moment, or it never ends. */
  async #drawn(): Promise<void> {
    for (const end = Date.now() + 500; Date.now() < end && Date.now() - this.#heard < 40; )
      await new Promise((resolve) => setTimeout(resolve, 10));
  }

  async seesNot(unwanted: string | RegExp, seconds = 15): Promise<string> {
    return await this.#until(
      (text) => !(typeof unwanted === 'string' ? text.includes(unwanted) : unwanted.test(text)),
      `not to see ${String(unwanted)}`,
      seconds,
    );
  }

  /** Waits until the raw output holds it (it may have scrolled away), behind everything waited for before. */
  async output(wanted: string, seconds = 15): Promise<void> {
    await this.#until(() => this.#passes(wanted), `the output ${JSON.stringify(wanted)}`, seconds);
  }

  #passes(wanted: string): boolean {
    const at = this.bytes.indexOf(wanted, this.#passed);
    if (at >= 0) this.#passed = at + Buffer.byteLength(wanted);
    return at >= 0;
  }

  async #until(met: (text: string) => boolean, what: string, seconds: number): Promise<string> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const text = this.text();
      if (met(text)) return text;
      if (Date.now() > end)
        throw new Error(
          `waited ${seconds} s ${what}${this.#exit === null ? '' : ` (the client ended with ${this.#exit})`}; the screen:\n${frame(text)}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** Ends the client as a lost connection does. */
  kill(): void {
    if (this.#exit === null) process.kill(this.#pty.pid, 'SIGKILL');
  }
}

function frame(text: string): string {
  return text
    .split('\n')
    .map((line) => `  | ${line}`)
    .join('\n');
}

export interface SshOptions extends ScreenOptions {
  readonly identity?: string;
  readonly options?: readonly string[];
}

/** The OpenSSH client, as a person starts it. Host keys are not checked here: the door's has a test of its own. */
export function ssh(
  port: number,
  user: string,
  { identity, options = [], ...screen }: SshOptions = {},
): Screen {
  const args = [
    '-F',
    'none',
    '-tt',
    '-p',
    String(port),
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    'UserKnownHostsFile=/dev/null',
    '-o',
    'LogLevel=ERROR',
    '-o',
    'IdentityAgent=none',
    ...(identity === undefined ? ['-o', 'IdentityFile=none'] : ['-i', identity, '-o', 'IdentitiesOnly=yes']),
    ...options,
    `${user}@127.0.0.1`,
  ];
  return new Screen('ssh', args, screen);
}
