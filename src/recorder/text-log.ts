import { activityLine } from '#/domain/activity.js';
import type { TapeEvent } from '#/domain/tape.js';
import { encodeTextLine, type TextLine } from '#/domain/tape-text.js';

/** So many bytes of text make a segment. */
const ENOUGH = 256 * 1024;

/**
 * The text of a session that is not on its tape yet. It is written now and then and at the end: the events are enough to make
 * it again. Until there is enough, what is new of it may be had beforehand, for those who look while the session runs.
 */
export class TextLog {
  #parts: string[] = [];
  #length = 0;
  /** So many of them were had beforehand. */
  #had = 0;

  get isEnough(): boolean {
    return this.#length >= ENOUGH;
  }

  put(line: TextLine): void {
    const text = encodeTextLine(line);
    this.#parts.push(text);
    this.#length += text.length;
  }

  /** What an event itself says, beside what it shows. */
  putEvent(event: TapeEvent): void {
    const at = event.at;
    if (event.kind === 'marker') this.put({ at, kind: 'marker', text: event.label });
    if (event.kind !== 'activity') return;
    const { activity } = event;
    this.put(
      activity.kind === 'command'
        ? { at, kind: 'command', text: activity.text }
        : { at, kind: 'activity', text: activityLine(activity) },
    );
  }

  /** Null: there is none. */
  take(): string | null {
    const text = this.#parts.join('');
    this.#parts = [];
    this.#length = 0;
    this.#had = 0;
    return text === '' ? null : text;
  }

  get hasRecent(): boolean {
    return this.#parts.length > this.#had;
  }

  /** What came since it was asked for last; null: nothing. It stays in the log. */
  recent(): string | null {
    const text = this.#parts.slice(this.#had).join('');
    this.#had = this.#parts.length;
    return text === '' ? null : text;
  }
}
