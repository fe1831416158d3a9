import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { oneLine } from '#/domain/failure.js';
import { followLines } from './lines.js';

export interface Log {
  /** What the daemon itself has to say. */
  readonly event: (what: string, about?: Readonly<Record<string, unknown>>) => void;
  /** Passes on the lines that a child prints, each marked with its name. */
  readonly follow: (role: string, stream: Readable) => void;
  /** The last thing that a child complained about; null: nothing. */
  readonly complaint: (role: string) => string | null;
}

type Entry = Readonly<Record<string, unknown>>;

const LARGEST = 10 * 1024 * 1024;
const KEPT = 3;
const LONGEST_LINE = 16_384;

/** JSON lines to a file of its own (0600, rotated by size) and to `alsoTo`. */
export function openLog(options: {
  readonly path: string;
  readonly now: () => Date;
  readonly alsoTo?: (line: string) => void;
}): Log {
  mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 });
  const write = (entry: Entry): void => {
    const line = `${JSON.stringify(entry)}\n`;
    append(options.path, line);
    options.alsoTo?.(line);
  };
  const complaints = new Map<string, string>();
  const heard = (role: string, entry: Entry): void => {
    if (typeof entry['error'] === 'string') complaints.set(role, oneLine(entry['error']));
    write(entry);
  };
  return {
    complaint: (role) => complaints.get(role) ?? null,
    event: (what, about = {}) =>
      write({ at: options.now().toISOString(), role: 'supervisor', what, ...about }),
    follow: (role, stream) => {
      followLines(stream, (line) => heard(role, entryOf(role, line, options.now())));
    },
  };
}

/** A child's line as an entry: its own fields when it is a JSON object, else its text, on one line. */
export function entryOf(role: string, line: string, now: Date): Entry {
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return { at: now.toISOString(), ...parsed, role };
  } catch {
    // not ours: a library's or Node's own words
  }
  return { at: now.toISOString(), role, what: oneLine(line, LONGEST_LINE) };
}

/** A log that cannot be written stops nobody: what must not be lost is in the audit. */
function append(path: string, line: string): void {
  try {
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LARGEST) rotate(path);
    appendFileSync(path, line, { mode: 0o600 });
  } catch {
    // a full disk, most likely
  }
}

function rotate(path: string): void {
  rmSync(`${path}.${KEPT}`, { force: true });
  for (let n = KEPT - 1; n >= 1; n -= 1)
    if (statSync(`${path}.${n}`, { throwIfNoEntry: false }) !== undefined)
      renameSync(`${path}.${n}`, `${path}.${n + 1}`);
  renameSync(path, `${path}.1`);
}
