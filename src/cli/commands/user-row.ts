import type { UserRow } from '#/contract/rows.js';
import { isoTime } from '../output.js';

export function forJson(row: UserRow) {
  return { ...row, expiresAt: isoTime(row.expiresAt), lockedUntil: isoTime(row.lockedUntil) };
}

export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
