import { PassThrough, Writable } from 'node:stream';
import xterm from '@xterm/headless';
import type { SizeSource } from '#/portal/ink-streams.js';

export const PRESS = {
  enter: '\r',
  tab: '\t',
  shiftTab: '\x1b[Z',
  escape: '\x1b',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  home: '\x1b[H',
  end: '\x1b[F',
  pageUp: '\x1b[5~',
  pageDown: '\x1b[6~',
  backspace: '\x7f',
  delete: '\x1b[3~',
} as const;
export type Press = keyof typeof PRESS | `ctrl-${string}`;

/** A terminal as a person has it: keys go in, what stands on the screen is read. Nothing waits for time, only for content. */
export class TestTerminal {
  readonly input = new PassThrough();
  readonly output: Writable;
  readonly size: SizeSource;
  readonly #model: xterm.Terminal;
  readonly #chunks: Buffer[] = [];
  readonly #resized = new Set<() => void>();
  #columns: number;
  #rows: number;

  constructor(columns = 80, rows = 24) {
    this.#columns = columns;
    this.#rows = rows;
    this.#model = new xterm.Terminal({
      cols: Math.max(columns, 2),
      rows: Math.max(rows, 1),
      allowProposedApi: true,
      logLevel: 'off',
    });
    this.output = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#chunks.push(chunk);
        this.#model.write(chunk, () => done());
      },
    });
    this.size = {
      now: () => ({ columns: this.#columns, rows: this.#rows }),
      onChange: (listener) => {
        this.#resized.add(listener);
        return () => void this.#resized.delete(listener);
      },
    };
  }

  /** Everything that was written, as bytes. */
  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** The row of the cursor, from 0. */
  get row(): number {
    return this.#model.buffer.active.cursorY;
  }
  get alternate(): boolean {
    return this.#model.buffer.active.type === 'alternate';
  }

  type(text: string): this {
    this.input.write(text);
    return this;
  }

  press(...keys: readonly Press[]): this {
    for (const key of keys) {
      const letter = /^ctrl-(.)$/.exec(key)?.[1];
      this.input.write(
        letter === undefined
          ? PRESS[key as keyof typeof PRESS]
          : String.fromCharCode(letter.toUpperCase().charCodeAt(0) & 31),
      );
    }
    return this;
  }

  paste(text: string): this {
    return this.type(`\x1b[200~${text}\x1b[201~`);
  }

  resize(columns: number, rows: number): this {
    this.#columns = columns;
    this.#rows = rows;
    this.#model.resize(Math.max(columns || 80, 2), Math.max(rows || 24, 1));
    for (const listener of [...this.#resized]) listener();
    return this;
  }

  /** The screen, each row without the spaces at its end. */
  text(): string {
    const buffer = this.#model.buffer.active;
    return Array.from(
      { length: this.#model.rows },
      (_, row) => buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? '',
    ).join('\n');
  }

  async sees(wanted: string | RegExp, ms = 5000): Promise<string> {
    return await this.until(
      (text) => (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text)),
      `see ${String(wanted)}`,
      ms,
    );
  }

  /** The whole screen, once everything of it is there: what is above and the line of keys may come one frame apart. */
  async screen(...wanted: readonly string[]): Promise<string> {
    return await this.until(
      (text) => wanted.every((part) => text.includes(part)),
      `see ${wanted.join(' and ')}`,
    );
  }

  async seesNot(unwanted: string | RegExp, ms = 5000): Promise<string> {
    return await this.until(
      (text) => !(typeof unwanted === 'string' ? text.includes(unwanted) : unwanted.test(text)),
      `not see ${String(unwanted)}`,
      ms,
    );
  }

  /** Polls the screen; at the end of its patience it fails with the screen printed. */
  async until(met: (text: string) => boolean, what: string, ms = 5000): Promise<string> {
    const end = performance.now() + ms;
    for (;;) {
      const text = this.text();
      if (met(text)) return text;
      if (performance.now() > end)
        throw new Error(`waited ${ms} ms to ${what}; the screen:\n${text.replace(/^/gm, '  | ')}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
