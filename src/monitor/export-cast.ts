import { activityLine } from '#/domain/activity.js';
import { oneLine } from '#/domain/failure.js';
import { clampSize } from '#/domain/session.js';
import type { TapeEvent, TapeHeader } from '#/domain/tape.js';
import {
  type CastCode,
  type CastVersion,
  encodeCastEvent,
  encodeCastHeader,
  knownTo,
} from '#/recorder/asciicast.js';
import { readEvents } from './read-events.js';
import type { TapeReader } from './tape-reader.js';

/** The last thing in an export of what is not stored yet. */
export const UNFINISHED = 'unfinished: exported before all of it was in its recording safe';

/** The tape as an asciicast file, in parts. Bytes that are not UTF-8 become U+FFFD. */
export async function* exportCast(
  reader: TapeReader,
  version: CastVersion,
  unfinished = false,
): AsyncGenerator<string> {
  yield `${encodeCastHeader(version, castHeader(reader.header))}\n`;
  let previous = 0;
  for await (const events of readEvents(reader)) {
    let lines = '';
    for (const event of events) {
      const cast = castEvent(event);
      if (!knownTo(version, cast.code)) continue;
      lines += `${encodeCastEvent(version, { at: event.at, ...cast }, previous)}\n`;
      previous = event.at;
    }
    yield lines;
  }
  const at = reader.durationMs;
  if (unfinished) yield `${encodeCastEvent(version, { at, code: 'm', data: UNFINISHED }, previous)}\n`;
}

function castHeader(header: TapeHeader) {
  return {
    ...clampSize(header.columns, header.rows),
    term: header.term,
    startedAt: header.startedAt,
    title: oneLine(`${header.user} as ${header.account}`),
  };
}

function castEvent(event: TapeEvent): { readonly code: CastCode; readonly data: string } {
  switch (event.kind) {
    case 'output':
      return { code: 'o', data: event.bytes.toString('utf8') };
    case 'input':
      return { code: 'i', data: event.bytes.toString('utf8') };
    case 'resize':
      return { code: 'r', data: `${event.columns}x${event.rows}` };
    case 'marker':
      return { code: 'm', data: event.label };
    case 'activity':
      return { code: 'm', data: activityLine(event.activity) };
    case 'exit':
      return { code: 'x', data: String(event.status) };
    default:
      return event satisfies never;
  }
}
