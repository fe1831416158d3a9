import { clampSize } from '#/domain/session.js';
import type { TapeEvent } from '#/domain/tape.js';
import { unfinishedCharacter } from '#/recorder/utf8-splitter.js';

/** Playing goes on in that segment, after its first `skip` bytes of output. */
export interface ReadKeyframe {
  readonly at: number;
  readonly columns: number;
  readonly rows: number;
  readonly screen: string;
  readonly segment: number;
  readonly skip: number;
}

/** Null: not the payload of a keyframe. */
export function decodeKeyframe(json: string): ReadKeyframe | null {
  let found: {
    readonly [key: string]: unknown;
    readonly resume?: { readonly [key: string]: unknown } | null;
  };
  try {
    found = JSON.parse(json) as typeof found;
  } catch {
    return null;
  }
  const { at, columns, rows, screen, resume } = found ?? {};
  const segment = resume?.['segment'];
  const skip = resume?.['skip'];
  if (
    !isCount(at) ||
    !isCount(columns) ||
    !isCount(rows) ||
    typeof screen !== 'string' ||
    !isCount(segment) ||
    !isCount(skip)
  )
    return null;
  return { at, ...clampSize(columns, rows), screen, segment, skip };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The events after the first `skip` bytes of output. A resize that the keyframe shows already does not come twice. */
export function eventsAfter(
  events: readonly TapeEvent[],
  frame: Pick<ReadKeyframe, 'skip' | 'at' | 'columns' | 'rows'>,
): readonly TapeEvent[] {
  let left = frame.skip;
  for (const [index, event] of events.entries()) {
    if (event.kind !== 'output' || left >= event.bytes.length) {
      left -= event.kind === 'output' ? event.bytes.length : 0;
      continue;
    }
    if (left > 0)
      return [
        { ...event, bytes: event.bytes.subarray(left - unfinishedCharacter(event.bytes.subarray(0, left))) },
        ...events.slice(index + 1),
      ];
    return [...boundary(events.slice(0, index), frame), ...events.slice(index)];
  }
  return boundary(events, frame);
}

/** The events before the first `skip` bytes of output are over: with eventsAfter() all of them, but for what stands between. */
export function eventsBefore(events: readonly TapeEvent[], skip: number): readonly TapeEvent[] {
  const before: TapeEvent[] = [];
  let left = skip;
  for (const event of events) {
    if (event.kind !== 'output') {
      before.push(event);
      continue;
    }
    if (left < event.bytes.length) {
      const shown = event.bytes.subarray(0, left);
      const whole = shown.subarray(0, shown.length - unfinishedCharacter(shown));
      if (whole.length > 0) before.push({ ...event, bytes: whole });
      break;
    }
    left -= event.bytes.length;
    before.push(event);
  }
  return before;
}

/** What stands between the last output that is shown and the first that is not: only resizes matter, and the last wins. */
function boundary(
  before: readonly TapeEvent[],
  frame: Pick<ReadKeyframe, 'at' | 'columns' | 'rows'>,
): readonly TapeEvent[] {
  const afterOutput = before.slice(before.findLastIndex(({ kind }) => kind === 'output') + 1);
  const shown = afterOutput.findLastIndex(
    (event) =>
      event.kind === 'resize' &&
      event.at <= frame.at &&
      event.columns === frame.columns &&
      event.rows === frame.rows,
  );
  return afterOutput.slice(shown + 1);
}
