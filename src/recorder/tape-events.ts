import { decodeActivity, encodeActivity } from '#/domain/activity.js';
import { clampSize } from '#/domain/session.js';
import type { TapeEvent } from '#/domain/tape.js';
import { type CastEvent, decodeCastEvent, encodeCastEvent } from './asciicast.js';
import { type SplitText, Utf8Splitter } from './utf8-splitter.js';

/** Times of the first and the last line, milliseconds. */
export interface Lines {
  readonly text: string;
  readonly first: number;
  readonly last: number;
}

/** Turns events into the lines of a segment, asciicast v3. Keeps the time and the unfinished characters between segments. */
export class EventEncoder {
  readonly #output = new Utf8Splitter();
  readonly #input = new Utf8Splitter();
  #at = 0;
  #first: number | null = null;
  #outputBytes = 0;

  /** Bytes of output in the lines so far: at most three less than were given. */
  get outputBytes(): number {
    return this.#outputBytes;
  }

  /** Time of the last event, milliseconds; never goes back. */
  get at(): number {
    return this.#at;
  }

  encode(events: readonly TapeEvent[]): Lines {
    return this.#collect(() => events.map((event) => this.#lines(event)).join(''));
  }

  /** The characters that never became whole, at the end of the tape. */
  end(): Lines {
    return this.#collect(
      () => this.#text('o', this.#output.end(), this.#at) + this.#text('i', this.#input.end(), this.#at),
    );
  }

  #collect(encode: () => string): Lines {
    this.#first = null;
    const text = encode();
    return { text, first: this.#first ?? this.#at, last: this.#at };
  }

  #lines(event: TapeEvent): string {
    const at = Math.max(this.#at, Math.min(Math.round(event.at), LATEST));
    switch (event.kind) {
      case 'output':
        return this.#text('o', this.#output.push(event.bytes), at);
      case 'input':
        return this.#text('i', this.#input.push(event.bytes), at);
      case 'resize':
        return this.#line({ at, code: 'r', data: `${event.columns}x${event.rows}` });
      case 'marker':
        return this.#line({ at, code: 'm', data: event.label });
      case 'activity':
        return this.#line({ at, code: 'a', data: encodeActivity(event.activity) });
      case 'exit':
        return this.#line({ at, code: 'x', data: String(event.status) });
      default:
        return event satisfies never;
    }
  }

  #text(code: 'o' | 'i', split: SplitText, at: number): string {
    if (split.text === '') return '';
    if (code === 'o') this.#outputBytes += split.raw?.length ?? Buffer.byteLength(split.text, 'utf8');
    const text = this.#line({ at, code, data: split.text });
    return split.raw === null
      ? text
      : text + this.#line({ at, code: 'b', data: split.raw.toString('base64') });
  }

  #line(event: CastEvent): string {
    const line = encodeCastEvent(3, event, this.#at);
    this.#at = event.at;
    this.#first ??= event.at;
    return `${line}\n`;
  }
}

/** Times are u32 in the format: 49 days. */
const LATEST = 0xffff_ffff;

/** The lines of one segment as events. Lines that are not ours are skipped. `first`: time of the segment's first event. */
export function decodeEvents(lines: string, first: number): TapeEvent[] {
  const events: TapeEvent[] = [];
  let previous: number | null = null;
  for (const line of lines.split('\n')) {
    const cast = decodeCastEvent(3, line, previous ?? 0);
    if (cast === null) continue;
    // a segment stands by itself: its first event is at the time that its head says
    const at: number = previous === null ? first : Math.min(cast.at, LATEST);
    previous = at;
    if (cast.code === 'b') replaceBytes(events, Buffer.from(cast.data, 'base64'));
    else {
      const event = toTapeEvent(cast, at);
      if (event !== null) events.push(event);
    }
  }
  return events;
}

function replaceBytes(events: TapeEvent[], bytes: Buffer): void {
  const last = events.pop();
  if (last?.kind === 'output' || last?.kind === 'input') events.push({ ...last, bytes });
  else if (last !== undefined) events.push(last);
}

function toTapeEvent(cast: CastEvent, at: number): TapeEvent | null {
  switch (cast.code) {
    case 'i':
      return { at, kind: 'input', bytes: Buffer.from(cast.data, 'utf8') };
    case 'r': {
      const [columns = '', rows = ''] = cast.data.split('x');
      return { at, kind: 'resize', ...clampSize(Number(columns), Number(rows)) };
    }
    case 'm':
      return { at, kind: 'marker', label: cast.data };
    case 'a': {
      const activity = decodeActivity(cast.data);
      return activity === null ? null : { at, kind: 'activity', activity };
    }
    case 'x':
      return { at, kind: 'exit', status: Number(cast.data) };
    default:
      return { at, kind: 'output', bytes: Buffer.from(cast.data, 'utf8') };
  }
}
