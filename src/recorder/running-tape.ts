import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { Ending } from '#/domain/session.js';
import type { Keyframe, TapeEvent } from '#/domain/tape.js';
import type { TextLine } from '#/domain/tape-text.js';
import type { Anchors } from './anchors.js';
import { Backlog, type Batch } from './backlog.js';
import type { ClosedTape, OpenTape } from './open-tape.js';
import { RecentText } from './recent-text.js';
import type { SegmentWriter } from './segment-writer.js';
import type { SpoolFile } from './spool-file.js';
import { TextLog } from './text-log.js';

/** So much is written at once, without waiting for more: a segment costs a key, a compressor and a flush of the disk. */
const ENOUGH = 192 * 1024;
/** A source that was paused goes on when no more than this is pending. */
const LOW = 256 * 1024;

interface Parts {
  readonly file: SpoolFile;
  readonly writer: SegmentWriter;
  readonly anchors: Anchors;
  /** Milliseconds that events wait for others. */
  readonly batch: number;
  /** Milliseconds after which what was read can be searched while the session runs. */
  readonly recent: number;
}

export class RunningTape implements OpenTape {
  readonly failed: Promise<string>;
  readonly written: Promise<void>;
  readonly #sayWritten: () => void;
  readonly #parts: Parts;
  readonly #backlog = new Backlog();
  readonly #sayFailed: (why: string) => void;
  readonly #waiting: (() => void)[] = [];
  #failure: string | null = null;
  #writing: Promise<void> | null = null;
  #beingWritten = 0;
  #timer: NodeJS.Timeout | null = null;
  #closing: Promise<Outcome<ClosedTape>> | null = null;
  readonly activities = { commands: 0, transfers: 0 };
  readonly #text = new TextLog();
  readonly #recent: RecentText;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#recent = new RecentText({
      log: this.#text,
      every: parts.recent,
      put: (text) => {
        this.#backlog.putText('recent', text);
        this.#schedule();
      },
    });
    const { promise, resolve } = Promise.withResolvers<string>();
    this.failed = promise;
    this.#sayFailed = resolve;
    const end = Promise.withResolvers<void>();
    this.written = end.promise;
    this.#sayWritten = end.resolve;
  }

  get pending(): number {
    return this.#backlog.bytes + this.#beingWritten;
  }

  get outputBytes(): number {
    return this.#backlog.outputBytes;
  }

  append(event: TapeEvent): void {
    if (this.#closing !== null) return this.#sayFailed('something came after the end of the tape');
    if (event.kind === 'activity') {
      const { kind } = event.activity;
      if (kind === 'command') this.activities.commands += 1;
      if (kind === 'transfer' || kind === 'totals') this.activities.transfers += 1;
    }
    this.#backlog.put(event);
    this.#text.putEvent(event);
    this.#recent.plan();
    this.#schedule();
  }

  text(lines: readonly TextLine[]): void {
    if (this.#closing !== null) return;
    for (const line of lines) this.#text.put(line);
    if (!this.#text.isEnough) return this.#recent.plan();
    this.#putText();
    this.#schedule();
  }

  #putText(): void {
    const text = this.#text.take();
    if (text !== null) this.#backlog.putText('text', text);
  }

  keyframe(frame: Keyframe): void {
    if (this.#closing !== null) return;
    this.#backlog.putKeyframe(frame);
    this.#schedule();
  }

  drained(): Promise<void> {
    if (this.#failure !== null || this.pending <= LOW) return Promise.resolve();
    this.#schedule();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  close(ending: Ending): Promise<Outcome<ClosedTape>> {
    this.#closing ??= this.#close(ending);
    return this.#closing;
  }

  /** The first reason stands. What is pending stays in memory and is not written any more. */
  fail(why: string): void {
    if (this.#failure !== null) return;
    this.#failure = why;
    this.#cancelTimer();
    this.#recent.stop();
    this.#parts.anchors.stop();
    this.#sayFailed(why);
    this.#wake();
    void (this.#writing ?? Promise.resolve()).then(() => this.#release());
  }

  /** Safe to do twice. */
  async #release(): Promise<void> {
    this.#parts.writer.wipe();
    await this.#parts.file.close().catch(() => undefined);
  }

  async #close(ending: Ending): Promise<Outcome<ClosedTape>> {
    this.#cancelTimer();
    this.#recent.stop();
    await this.#writing;
    this.#putText();
    this.#writing = this.#guard(() => this.#putRest(ending));
    await this.#writing;
    this.#wake();
    await this.#release();
    if (this.#failure !== null) return failed(failure('RECORDER_FAILED', this.#failure));
    this.#sayWritten();
    const { segments, head } = this.#parts.writer;
    const end = { ending, activities: { ...this.activities } };
    const refused = await this.#parts.anchors.final(segments, head, end);
    return refused === null ? done({ segments, head, bytes: this.#parts.file.bytes }) : failed(refused);
  }

  /** What is pending and the end. A short session has all it taped in here, and waits for the disk once. */
  async #putRest(ending: Ending): Promise<void> {
    const { writer } = this.#parts;
    for (let one = this.#next(); one !== null; one = this.#next()) {
      await this.#seal(one);
      if (writer.unwritten >= ENOUGH) await writer.flush();
    }
    if (this.#failure !== null) return;
    await writer.end(ending);
    await writer.flush();
  }

  #schedule(): void {
    if (this.#failure !== null || this.#writing !== null || this.#closing !== null) return;
    if (this.#backlog.bytes >= ENOUGH) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), this.#parts.batch);
  }

  #start(): void {
    this.#cancelTimer();
    this.#writing = this.#write().finally(() => {
      this.#writing = null;
      if (this.#backlog.bytes > 0) this.#schedule();
    });
  }

  /** Writes batch after batch, as long as enough waits. */
  async #write(): Promise<void> {
    for (let one = this.#next(); one !== null; one = this.#backlog.bytes > ENOUGH ? this.#next() : null) {
      const batch = one;
      this.#beingWritten = batch.bytes;
      await this.#guard(() => this.#put(batch));
      this.#beingWritten = 0;
      this.#anchor();
      if (this.pending <= LOW) this.#wake();
    }
  }

  async #put(batch: Batch): Promise<void> {
    await this.#seal(batch);
    await this.#parts.writer.flush();
  }

  #seal(batch: Batch): Promise<void> {
    switch (batch.kind) {
      case 'events':
        return this.#parts.writer.events(batch.events);
      case 'keyframe':
        return this.#parts.writer.keyframe(batch.frame);
      case 'text':
      case 'recent':
        return this.#parts.writer.text(batch.kind, batch.text);
      default:
        return batch satisfies never;
    }
  }

  #next() {
    return this.#failure === null ? this.#backlog.take() : null;
  }

  #anchor(): void {
    if (this.#failure === null)
      this.#parts.anchors.changed(this.#parts.writer.segments, this.#parts.writer.head);
  }

  async #guard(write: () => Promise<void>): Promise<void> {
    if (this.#failure !== null) return;
    try {
      await write();
    } catch (error) {
      this.fail(error instanceof Error ? error.message : 'the tape cannot be written');
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #cancelTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
