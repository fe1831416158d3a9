import { EXIT, type Failure, type FailureCode, oneLine } from '#/domain/failure.js';
import type { Outcome } from '#/domain/outcome.js';
import { measuredWidth } from '#/portal/measured-width.js';

const EXIT_OF: Partial<Record<FailureCode, number>> = {
  BAD_INPUT: EXIT.usage,
  PASSWORD_TOO_WEAK: EXIT.usage,
  ALREADY_EXISTS: EXIT.failed,
  DENIED: EXIT.denied,
  PASSPHRASE_WRONG: EXIT.denied,
  NOT_YOUR_ROLE: EXIT.denied,
  NOT_FOUND: EXIT.notFound,
  PLATFORM_UNKNOWN: EXIT.notFound,
  SESSION_GONE: EXIT.notFound,
  DIRECTORY_UNAVAILABLE: EXIT.failed,
  DAEMON_NOT_RUNNING: EXIT.unavailable,
  VAULT_UNAVAILABLE: EXIT.unavailable,
  VAULT_SEALED: EXIT.unavailable,
  MONITOR_UNAVAILABLE: EXIT.unavailable,
  INTEGRITY: EXIT.integrity,
  RECORDING_DAMAGED: EXIT.integrity,
  RECORDING_MISSING: EXIT.integrity,
};

export function exitCodeOf(code: FailureCode): number {
  return EXIT_OF[code] ?? EXIT.failed;
}

/** Errors go to stderr: {code, side, stage, message, next} as JSON, or two lines for people. */
export function printFailure(failure: Failure, json: boolean): void {
  const { code, side, stage, message, next } = failure;
  if (json) process.stderr.write(`${escapeControls(JSON.stringify({ code, side, stage, message, next }))}\n`);
  else
    process.stderr.write(
      `postern: ${message} [${code}, ${side}${stage === null ? '' : `, stage ${stage}`}]\n  next: ${next}\n`,
    );
}

export function printJson(value: unknown): void {
  process.stdout.write(`${escapeControls(JSON.stringify(value, null, 2))}\n`);
}

/** JSON escapes C0; C1 and format characters can steer a terminal too. */
export function escapeControls(json: string): string {
  return json.replace(/[\u007f-\u009f\p{Cf}\u2028\u2029]/gu, (one) =>
    // two escapes for what is beyond the first plane
    [...Array(one.length).keys()]
      .map((at) => `\\u${one.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** May these bytes go to a terminal as they are? Only text without controls, but for tabs and line ends. */
export function isPlainText(bytes: Buffer): boolean {
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) && !/[\p{Cc}\p{Cf}]/u.test(text.replace(/[\t\r\n]/g, ''));
}

export function printLine(text: string): void {
  process.stdout.write(`${oneLine(text, 10_000)}\n`);
}

type Cell = string | number | boolean | null;

type Columns<Row> = Readonly<Record<string, (row: Row) => Cell>>;

/** A table for people: column names, two spaces between columns, nothing cut. */
export function printTable<Row>(rows: readonly Row[], columns: Columns<Row>, empty: string): void {
  if (rows.length === 0) return printLine(empty);
  for (const line of tableLines(rows, columns)) printLine(line);
}

export function tableLines<Row>(rows: readonly Row[], columns: Columns<Row>): readonly string[] {
  const names = Object.keys(columns);
  const lines = [names, ...rows.map((row) => Object.values(columns).map((cell) => shown(cell(row))))].map(
    (line) => line.map((text) => ({ text, width: measuredWidth(text) })),
  );
  const widths = names.map((_, column) => Math.max(...lines.map((line) => line[column]?.width ?? 0)));
  return lines.map((line) =>
    line
      .map(({ text, width }, column) => text + ' '.repeat((widths[column] ?? 0) - width))
      .join('  ')
      .trimEnd(),
  );
}

/** What was asked for is a list: its table for people, or its rows as JSON. Hands the outcome on. */
export function printList<Row>(
  outcome: Outcome<readonly Row[]>,
  {
    json,
    empty,
    forJson = (row) => row,
  }: { readonly json: boolean; readonly empty: string; readonly forJson?: (row: Row) => unknown },
  columns: Columns<Row>,
): Outcome<unknown> {
  if (!outcome.ok) return outcome;
  if (json) printJson(outcome.value.map((row) => forJson(row)));
  else printTable(outcome.value, columns, empty);
  return outcome;
}

function shown(cell: Cell): string {
  if (cell === null || cell === '') return '-';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  return oneLine(String(cell));
}

/** ISO 8601 UTC, for JSON and tables. */
export function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
