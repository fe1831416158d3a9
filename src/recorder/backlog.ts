import { encodeActivity } from '#/domain/activity.js';
import type { Keyframe, TapeEvent } from '#/domain/tape.js';

export type Batch =
  | { readonly kind: 'events'; readonly events: readonly TapeEvent[]; readonly bytes: number }
  | {
      readonly kind: 'keyframe';
      readonly frame: Keyframe & { readonly outputBytes: number };
      readonly bytes: number;
    }
  | { readonly kind: 'text' | 'recent'; readonly text: string; readonly bytes: number };

/** What else than bytes an event costs, about. */
const EVENT_BYTES = 64;
/** No event on a tape holds more bytes, so that no line grows out of bounds. */
const LARGEST_EVENT = 256 * 1024;
/** No segment holds more bytes, but for its last event. */
const LARGEST_BATCH = 1024 * 1024;

type Item =
  | { readonly chunks: Buffer[]; readonly at: number; readonly kind: 'output' }
  | { readonly event: TapeEvent; readonly bytes: number; readonly kind: 'event' }
  | Exclude<Batch, { readonly kind: 'events' }>;

/** Events and keyframes that were taken and not yet written, in order. */
export class Backlog {
  #items: Item[] = [];
  #outputBytes = 0;
  bytes = 0;

  /** All output that was ever put in. */
  get outputBytes(): number {
    return this.#outputBytes;
  }

  put(event: TapeEvent): void {
    if (event.kind === 'output') return this.#output(Math.round(event.at), event.bytes);
    const bytes = EVENT_BYTES + payloadOf(event);
    this.#items.push({ kind: 'event', event, bytes });
    this.bytes += bytes;
  }

  putKeyframe(frame: Keyframe): void {
    const bytes = EVENT_BYTES + frame.screen.length;
    this.#items.push({
      kind: 'keyframe',
      frame: { ...frame, outputBytes: Math.min(frame.outputBytes ?? this.#outputBytes, this.#outputBytes) },
      bytes,
    });
    this.bytes += bytes;
  }

  putText(kind: 'text' | 'recent', text: string): void {
    const bytes = EVENT_BYTES + text.length;
    this.#items.push({ kind, text, bytes });
    this.bytes += bytes;
  }

  /** What belongs in the next segment; null when nothing waits. */
  take(): Batch | null {
    const [first] = this.#items;
    if (first === undefined) return null;
    if (first.kind !== 'event' && first.kind !== 'output') {
      this.#items.shift();
      this.bytes -= first.bytes;
      return first;
    }
    return this.#takeEvents();
  }

  /** Reads of the same millisecond become one event: a line a read would cost more than the bytes. */
  #output(at: number, bytes: Buffer): void {
    this.#outputBytes += bytes.length;
    this.bytes += bytes.length;
    for (let from = 0; from < bytes.length; from += LARGEST_EVENT) {
      const chunk = bytes.subarray(from, from + LARGEST_EVENT);
      const last = this.#items.at(-1);
      if (last?.kind === 'output' && last.at === at && chunk.length + size(last.chunks) <= LARGEST_EVENT)
        last.chunks.push(chunk);
      else this.#items.push({ kind: 'output', at, chunks: [chunk] });
    }
  }

  #takeEvents(): Batch {
    const events: TapeEvent[] = [];
    let [count, bytes] = [0, 0];
    for (const item of this.#items) {
      if (item.kind !== 'event' && item.kind !== 'output') break;
      if (bytes + count * EVENT_BYTES >= LARGEST_BATCH) break;
      events.push(
        item.kind === 'event'
          ? item.event
          : { at: item.at, kind: 'output', bytes: Buffer.concat(item.chunks) },
      );
      bytes += item.kind === 'event' ? item.bytes : size(item.chunks);
      count += 1;
    }
    this.#items = this.#items.slice(count);
    this.bytes -= bytes;
    return { kind: 'events', events, bytes };
  }
}

function payloadOf(event: TapeEvent): number {
  if (event.kind === 'input') return event.bytes.length;
  if (event.kind === 'marker') return event.label.length;
  return event.kind === 'activity' ? encodeActivity(event.activity).length : 0;
}

function size(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}
