import { closeSync, openSync, readSync } from 'node:fs';
import { failure } from '#/domain/failure.js';
import { type HostKey, parseHostKey } from '#/domain/host-key.js';
import { failed, type Outcome } from '#/domain/outcome.js';
import { askHidden } from '#/house/ask-hidden.js';

const MAXIMUM = 1024 * 1024;
/** What surely fits beside a question to the vault. */
const LARGEST_FILE = 4_000_000;

/** A secret from standard input; one line end at the end is dropped. Never from argv. */
export async function secretFromStdin(what: string): Promise<Outcome<Buffer>> {
  if (process.stdin.isTTY) {
    const typed = await askHidden(`${what} (not shown): `);
    return typed === null || typed.length === 0
      ? failed(failure('BAD_INPUT', `no ${what} was typed`))
      : { ok: true, value: typed };
  }
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of process.stdin as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAXIMUM)
      return failed(failure('BAD_INPUT', `${what} on standard input is larger than 1 MiB`));
    parts.push(part);
  }
  const bytes = Buffer.concat(parts);
  for (const part of parts) part.fill(0);
  const end = bytes.at(-1) === 10 ? (bytes.at(-2) === 13 ? 2 : 1) : 0;
  const secret = bytes.subarray(0, bytes.length - end);
  return secret.length === 0
    ? failed(failure('BAD_INPUT', `no ${what} on standard input`))
    : { ok: true, value: secret };
}

/** A file or a pipe, whole: at most `most` bytes, so that a device or a wrong file does not fill the memory. */
export function fileBytes(path: string, most = LARGEST_FILE): Outcome<Buffer> {
  try {
    const bytes = readUpTo(path, most + 1);
    return bytes.length > most
      ? failed(failure('BAD_INPUT', `${path} is larger than ${most} bytes`))
      : { ok: true, value: bytes };
  } catch (error) {
    return failed(
      failure('BAD_INPUT', `cannot read ${path}: ${error instanceof Error ? error.message : 'unknown'}`),
    );
  }
}

function readUpTo(path: string, most: number): Buffer {
  const fd = openSync(path, 'r');
  const parts: Buffer[] = [];
  try {
    for (let length = 0; length < most; ) {
      const part = Buffer.alloc(Math.min(most - length, 65_536));
      const read = readSync(fd, part);
      if (read === 0) break;
      parts.push(part.subarray(0, read));
      length += read;
    }
    return Buffer.concat(parts);
  } finally {
    for (const part of parts) part.fill(0);
    closeSync(fd);
  }
}

export function portOf(text: string | undefined): Outcome<number | null> {
  if (text === undefined) return { ok: true, value: null };
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535
    ? { ok: true, value: port }
    : failed(failure('BAD_INPUT', `port "${text}" is not a number from 1 to 65535`));
}

export function hostKeyOf(text: string | undefined): Outcome<HostKey | null> {
  if (text === undefined) return { ok: true, value: null };
  const key = parseHostKey(text);
  return key === null
    ? failed(
        failure('BAD_INPUT', '--host-key takes "TYPE BASE64", as in a line of ssh-keyscan without the host'),
      )
    : { ok: true, value: key };
}

/** A point in time: ISO 8601, or "never". */
export function timeOf(text: string | undefined): Outcome<number | null> {
  if (text === undefined || text === 'never') return { ok: true, value: null };
  const at = Date.parse(text);
  return Number.isNaN(at)
    ? failed(failure('BAD_INPUT', `"${text}" is not a time; write 2027-01-31 or 2027-01-31T18:00:00Z`))
    : { ok: true, value: at };
}
