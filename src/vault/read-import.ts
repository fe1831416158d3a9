import { CsvError, parse } from 'csv-parse/sync';
import type { ImportReport } from '#/contract/calls.js';
import { type HostKey, parseHostKey } from '#/domain/host-key.js';
import { type Platform, platformNamed } from '#/domain/platform.js';

export type ImportProblem = ImportReport['problems'][number];

/** One line of the file as an account. What cannot be read is in `problems`. */
export interface ImportLine {
  /** As an editor counts them, from 1. */
  readonly line: number;
  readonly safe: string;
  readonly platform: string;
  readonly user: string;
  readonly address: string;
  readonly port: number | null;
  readonly password: string;
  readonly hostKey: HostKey | null;
  readonly problems: readonly { readonly column: string; readonly message: string }[];
}

const NEEDED = ['safe', 'platform', 'user', 'address', 'password'] as const;
const COLUMNS: readonly string[] = [...NEEDED, 'port', 'hostKey'];

/** Reads safe,platform,user,address,port,password,hostKey in any order; port and hostKey may be left out. UTF-8, with or without a byte order mark. */
export function readImport(
  file: Buffer,
  platforms: readonly Platform[],
):
  | { readonly ok: true; readonly lines: readonly ImportLine[] }
  | { readonly ok: false; readonly problem: ImportProblem } {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(file);
  } catch {
    return wrong(badLine(file), '', 'this is not UTF-8: save the file as "CSV UTF-8"');
  }
  if (text.includes('\0'))
    return wrong(1, '', 'the file has NUL in it: is it UTF-16? Save it as "CSV UTF-8"');
  try {
    const rows = parse(text, {
      info: true,
      skip_empty_lines: true,
      relax_column_count: true,
    }) as unknown as Row[];
    const [header, ...body] = rows;
    if (header === undefined) return wrong(1, '', 'the file is empty');
    const columns = header.record.map((one) => one.trim());
    const problem = headerProblem(columns);
    if (problem !== null) return wrong(header.info.lines, problem.column, problem.message);
    return { ok: true, lines: body.map((row) => lineOf(columns, platforms, row)) };
  } catch (error) {
    if (error instanceof CsvError) return wrong(Number(error['lines'] ?? 1), '', error.message);
    throw error;
  }
}

interface Row {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

function headerProblem(
  columns: readonly string[],
): { readonly column: string; readonly message: string } | null {
  const missing = NEEDED.find((one) => !columns.includes(one));
  if (missing !== undefined)
    return {
      column: missing,
      message: `column ${missing} is missing; the first line must name the columns: ${COLUMNS.join(',')}`,
    };
  const odd = columns.find((one, i) => !COLUMNS.includes(one) || columns.indexOf(one) !== i);
  return odd === undefined
    ? null
    : {
        column: odd,
        message: `column "${odd}" is ${COLUMNS.includes(odd) ? 'there twice' : 'not known'}; columns are ${COLUMNS.join(',')}`,
      };
}

function lineOf(
  columns: readonly string[],
  platforms: readonly Platform[],
  { record, info }: Row,
): ImportLine {
  const field = (name: string): string => record[columns.indexOf(name)] ?? '';
  const problems: { column: string; message: string }[] = [];
  if (record.length !== columns.length)
    problems.push({ column: '', message: `${record.length} fields where the header has ${columns.length}` });
  const platform = platformNamed(platforms, field('platform'));
  if (platform === null)
    problems.push({
      column: 'platform',
      message: `the platform must be ${platforms.map((one) => one.name).join(' or ')}`,
    });
  const port = field('port').trim();
  if (port !== '' && !/^\d{1,5}$/.test(port))
    problems.push({ column: 'port', message: 'a port is a number from 1 to 65535' });
  const key = field('hostKey').trim();
  const hostKey = key === '' ? null : parseHostKey(key);
  if (key !== '' && hostKey === null)
    problems.push({ column: 'hostKey', message: 'the host key does not read "TYPE BASE64"' });
  return {
    line: info.lines,
    safe: field('safe').trim(),
    platform: platform?.name ?? '',
    user: field('user').trim(),
    address: field('address').trim(),
    port: /^\d{1,5}$/.test(port) ? Number(port) : null,
    password: field('password'),
    hostKey,
    problems,
  };
}

/** The first line whose bytes are not UTF-8. */
function badLine(file: Buffer): number {
  let line = 1;
  let start = 0;
  for (;;) {
    const end = file.indexOf(10, start);
    const bytes = file.subarray(start, end === -1 ? file.length : end);
    if (end === -1 || !Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes)) return line;
    line += 1;
    start = end + 1;
  }
}

function wrong(
  line: number,
  column: string,
  message: string,
): { readonly ok: false; readonly problem: ImportProblem } {
  return { ok: false, problem: { line, column, message } };
}
