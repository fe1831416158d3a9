/** What an asciicast file says of itself. Sizes in cells, `startedAt` in milliseconds since 1970. */
export interface CastHeader {
  readonly columns: number;
  readonly rows: number;
  readonly term: string;
  readonly startedAt: number;
  readonly title: string;
}

/**
 * Codes of the format: output, input, marker, resize, exit. Two are our own, which players skip: 'b', base64 of the
 * bytes of the event before it, where those are not valid UTF-8; 'a', the JSON of an activity.
 */
export const CAST_CODES = ['o', 'i', 'm', 'r', 'x', 'b', 'a'] as const;
export type CastCode = (typeof CAST_CODES)[number];

/** `at`: whole milliseconds since the start. */
export interface CastEvent {
  readonly at: number;
  readonly code: CastCode;
  readonly data: string;
}

export type CastVersion = 2 | 3;

/** Version 2 has no exit event. */
export function knownTo(version: CastVersion, code: CastCode): boolean {
  return version === 3 || code !== 'x';
}

export function encodeCastHeader(version: CastVersion, header: CastHeader): string {
  const timestamp = Math.floor(header.startedAt / 1000);
  const { columns, rows, term, title } = header;
  if (version === 2)
    return JSON.stringify({ version, width: columns, height: rows, timestamp, title, env: { TERM: term } });
  return JSON.stringify({ version, term: { cols: columns, rows, type: term }, timestamp, title });
}

/** `previous`: the time of the event before, because version 3 counts from it. */
export function encodeCastEvent(version: CastVersion, event: CastEvent, previous: number): string {
  const time = version === 3 ? event.at - previous : event.at;
  return `[${(time / 1000).toFixed(3)},"${event.code}",${JSON.stringify(event.data)}]`;
}

/** Null: not a header of this format. */
export function decodeCastHeader(
  line: string,
): { readonly version: CastVersion; readonly header: CastHeader } | null {
  const found = parseJson(line);
  if (!isRecord(found)) return null;
  const version = found['version'];
  const size = version === 3 && isRecord(found['term']) ? found['term'] : found;
  const [columns, rows] = version === 3 ? [size['cols'], size['rows']] : [size['width'], size['height']];
  const environment = isRecord(found['env']) ? found['env'] : {};
  const term = version === 3 ? size['type'] : environment['TERM'];
  if ((version !== 2 && version !== 3) || !isSize(columns) || !isSize(rows)) return null;
  const timestamp = found['timestamp'];
  const title = found['title'];
  return {
    version,
    header: {
      columns,
      rows,
      term: typeof term === 'string' ? term : '',
      startedAt: typeof timestamp === 'number' ? timestamp * 1000 : 0,
      title: typeof title === 'string' ? title : '',
    },
  };
}

/** Null: not an event that we know. */
export function decodeCastEvent(version: CastVersion, line: string, previous: number): CastEvent | null {
  const found = parseJson(line);
  if (!Array.isArray(found) || found.length !== 3) return null;
  const [time, code, data] = found as readonly unknown[];
  if (typeof time !== 'number' || !(time >= 0) || typeof data !== 'string' || !isCode(code)) return null;
  const at = Math.round(time * 1000);
  return { at: version === 3 ? previous + at : at, code, data };
}

function isCode(code: unknown): code is CastCode {
  return (CAST_CODES as readonly unknown[]).includes(code);
}

function isSize(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
