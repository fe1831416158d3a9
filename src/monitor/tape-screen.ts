import type { Terminal } from '@xterm/headless';
import { done, type Outcome } from '#/domain/outcome.js';
import { clampSize, type TerminalSize } from '#/domain/session.js';
import { NO_TERMINAL, type TapeEvent } from '#/domain/tape.js';
import { SEGMENT } from '#/recorder/tape-format.js';
import { type SteadyTerminal, steadyTerminal } from '#/terminal/steady-terminal.js';
import { eventsAfter } from './read-keyframe.js';
import type { TapeReader } from './tape-reader.js';

/** The recorded screen at one moment of the tape. */
export interface TapeScreen {
  readonly terminal: Terminal;
  /** Goes up whenever something was drawn. */
  readonly version: number;
  /** Brings the screen to that moment, exactly: from the nearest keyframe, or from where it is. */
  show(at: number): Promise<Outcome<null>>;
  close(): void;
}

/** So much is given to the model at once, before the rest of the world gets its turn. */
const CHUNK = 64 * 1024;

export function openScreen(reader: TapeReader): TapeScreen {
  return new Screen(reader);
}

class Screen implements TapeScreen {
  readonly #reader: TapeReader;
  readonly #keyframes: { readonly at: number; readonly segment: number }[] = [];
  /** Segments before it were looked at for keyframes. */
  #seen = 0;
  #steady: SteadyTerminal;
  version = 0;
  /** Everything up to here is drawn. */
  #at = -1;
  /** The segment that is read next, and what is left of the one before. */
  #next = 0;
  #left: readonly TapeEvent[] = [];
  #closed = false;

  constructor(reader: TapeReader) {
    this.#reader = reader;
    this.#steady = this.#fresh(clampSize(reader.header.columns, reader.header.rows));
  }

  get terminal(): Terminal {
    return this.#steady.terminal;
  }

  async show(at: number): Promise<Outcome<null>> {
    const keyframe = this.#keyframesNow().findLast((one) => one.at <= at);
    if (at < this.#at || (keyframe !== undefined && keyframe.segment > this.#next + 1)) {
      const jumped = await this.#jump(keyframe?.segment ?? null);
      if (!jumped.ok) return jumped;
    }
    return await this.#play(at);
  }

  close(): void {
    this.#closed = true;
    this.terminal.dispose();
  }

  /** The tape may have grown. */
  #keyframesNow(): readonly { readonly at: number; readonly segment: number }[] {
    const { segments } = this.#reader.index;
    for (; this.#seen < segments.length; this.#seen += 1) {
      const segment = segments[this.#seen];
      if (segment?.type === SEGMENT.keyframe)
        this.#keyframes.push({ at: segment.first, segment: segment.number });
    }
    return this.#keyframes;
  }

  async #jump(keyframe: number | null): Promise<Outcome<null>> {
    if (keyframe === null) {
      this.#restart(clampSize(this.#reader.header.columns, this.#reader.header.rows), 0);
      return done(null);
    }
    const found = await this.#reader.keyframe(keyframe);
    if (!found.ok) return found;
    const frame = found.value;
    const events = await this.#reader.events(frame.segment);
    if (!events.ok && frame.segment < this.#reader.index.segments.length) return events;
    this.#restart(frame, frame.segment + 1);
    this.#left = eventsAfter(events.ok ? events.value : [], frame);
    await this.#write(Buffer.from(frame.screen, 'utf8'));
    this.#at = frame.at;
    return done(null);
  }

  #fresh(size: TerminalSize): SteadyTerminal {
    const steady = steadyTerminal(size);
    if (this.#reader.header.term === NO_TERMINAL) steady.terminal.options.convertEol = true;
    return steady;
  }

  #restart(size: TerminalSize, next: number): void {
    this.terminal.dispose();
    this.#steady = this.#fresh(size);
    this.version += 1;
    this.#at = -1;
    this.#next = next;
    this.#left = [];
  }

  async #play(at: number): Promise<Outcome<null>> {
    for (;;) {
      await this.#draw(at);
      this.#at = Math.max(this.#at, at);
      const segment = this.#reader.index.segments[this.#next];
      if (
        this.#closed ||
        this.#left.length > 0 ||
        segment === undefined ||
        (segment.type === SEGMENT.events && segment.first > at)
      )
        return done(null);
      const events = await this.#reader.events(this.#next);
      if (!events.ok) return events;
      this.#next += 1;
      this.#left = events.value;
    }
  }

  /** Draws what is left of the segment, up to that moment. */
  async #draw(at: number): Promise<void> {
    const later = this.#left.findIndex((event) => event.at > at);
    const now = later === -1 ? this.#left : this.#left.slice(0, later);
    this.#left = later === -1 ? [] : this.#left.slice(later);
    let output: Buffer[] = [];
    for (const event of now) {
      if (event.kind === 'output') output.push(event.bytes);
      if (event.kind !== 'resize') continue;
      await this.#write(Buffer.concat(output));
      output = [];
      this.#resize(event);
      // they cost time, and may come by the thousand
      await new Promise((resolve) => setImmediate(resolve));
    }
    await this.#write(Buffer.concat(output));
  }

  #resize({ columns, rows }: TerminalSize): void {
    if (this.#closed || (columns === this.terminal.cols && rows === this.terminal.rows)) return;
    this.#steady.resize({ columns, rows });
    this.version += 1;
  }

  async #write(bytes: Buffer): Promise<void> {
    for (let from = 0; from < bytes.length && !this.#closed; from += CHUNK) {
      await new Promise<void>((resolve) => this.#steady.write(bytes.subarray(from, from + CHUNK), resolve));
      this.version += 1;
    }
  }
}
