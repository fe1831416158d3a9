import { PassThrough, type Readable, Writable } from 'node:stream';
import { clampSize, type TerminalSize } from '#/domain/session.js';
import { width } from './text.js';

/** Where the size of a terminal is known: the SSH channel, the login shell's relay, a tty. */
export interface SizeSource {
  readonly now: () => TerminalSize;
  /** Says when it changed; the result stops it. */
  readonly onChange: (listener: () => void) => () => void;
}

/** The person's terminal as Ink wants an output stream: a size, and writes one after the other. */
export class InkScreen extends Writable {
  readonly isTTY = true;
  columns: number;
  rows: number;
  readonly #output: Writable;
  readonly #unicode: boolean;
  readonly #stop: () => void;
  #going: (() => void) | null = null;

  constructor(output: Writable, size: SizeSource, unicode: boolean) {
    super({ decodeStrings: false, highWaterMark: 64 * 1024 });
    this.#output = output;
    this.#unicode = unicode;
    ({ columns: this.columns, rows: this.rows } = sizeOf(size));
    this.#stop = size.onChange(() => {
      ({ columns: this.columns, rows: this.rows } = sizeOf(size));
      this.emit('resize');
    });
  }

  /** Settles when everything written so far has gone out, or cannot any more. */
  flushed(): Promise<void> {
    return new Promise((resolve) =>
      this.destroyed || this.writableEnded ? resolve() : void this.write('', () => resolve()),
    );
  }

  override _write(
    chunk: Buffer | string,
    _encoding: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    // no tty driver stands between us and the terminal: a new line begins where we say
    const text = (typeof chunk === 'string' ? chunk : chunk.toString('utf8')).replace(/\r?\n/g, '\r\n');
    // a client that is gone is no error of the screen: its door closes the portal
    if (this.#output.destroyed || this.#output.writableEnded) return done();
    this.#going = done;
    this.#output.write(this.#unicode ? text : asciiOnly(text), () => this.#gone());
  }

  #gone(): void {
    const done = this.#going;
    this.#going = null;
    done?.();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#stop();
    // whoever waits for what a stuck client never takes waits no longer
    this.#gone();
    done(error);
  }
}

function sizeOf(size: SizeSource): TerminalSize {
  const { columns, rows } = size.now();
  return clampSize(columns, rows);
}

/** For terminals that show no UTF-8: names in other scripts cannot be read there, but must not disturb the lines either. */
export function asciiOnly(text: string): string {
  return text.replace(
    /\P{ASCII}/gu,
    (character) => ({ '·': '.', '…': '~', '–': '-' })[character] ?? '?'.repeat(width(character)),
  );
}

/** The person's keyboard as Ink wants an input stream. Takes from the source only while Ink listens: a session gets the rest. */
export class InkKeyboard extends PassThrough {
  readonly isTTY = true;
  readonly #source: Readable;
  #diverted: ((bytes: Buffer) => void) | null = null;
  readonly #take = (bytes: Buffer): void => {
    if (this.#diverted === null) this.write(bytes);
    else this.#diverted(bytes);
  };

  constructor(source: Readable) {
    super();
    this.#source = source;
  }

  /** What is typed goes there as it comes, and not to Ink; null: as usual. */
  divert(to: ((bytes: Buffer) => void) | null): void {
    this.#diverted = to;
  }

  setRawMode(on: boolean): this {
    this.#source.off('data', this.#take);
    if (on) this.#source.on('data', this.#take);
    else this.#source.pause();
    if (on) this.#source.resume();
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}
