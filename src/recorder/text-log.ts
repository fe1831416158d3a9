import { activityLine } from '#/domain/activity.js';
import type { TapeEvent } from '#/domain/tape.js';
import { encodeTextLine, type TextLine } from '#/domain/tape-text.js';

/** So many bytes of text make a segment. */
const ENOUGH = 256 * 1024;

/** The text of a session that is not on its tape yet. It is written now and then and at the end: the events are enough to make it again. */
export class TextLog {
  #parts: string[] = [];
  #length = 0;

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
    return text === '' ? null : text;
  }
}
