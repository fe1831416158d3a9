import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';

const PIECE = 4 * 1024 * 1024;

/** Whether any of these lies anywhere in what a process can write to; one that is over holds nothing. Root may look. */
export function memoryHolds(pid: number, wanted: readonly Buffer[]): boolean {
  let maps: readonly string[];
  let memory: number;
  try {
    maps = readFileSync(`/proc/${pid}/maps`, 'latin1').split('\n');
    memory = openSync(`/proc/${pid}/mem`, 'r');
  } catch (error) {
    if (!existsSync(`/proc/${pid}`)) return false;
    throw error;
  }
  try {
    return maps.some((line) => {
      const [, from = '', to = ''] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
      return from !== '' && areaHolds(memory, wanted, [Number.parseInt(from, 16), Number.parseInt(to, 16)]);
    });
  } finally {
    closeSync(memory);
  }
}

function areaHolds(
  memory: number,
  wanted: readonly Buffer[],
  [from, to]: readonly [number, number],
): boolean {
  const piece = Buffer.allocUnsafe(PIECE + Math.max(...wanted.map(({ length }) => length)));
  for (let at = from; at < to; at += PIECE) {
    const size = Math.min(piece.length, to - at);
    try {
      const got = readSync(memory, piece, 0, size, at);
      if (wanted.some((bytes) => piece.subarray(0, got).includes(bytes))) return true;
    } catch {
      // reserved, or gone meanwhile
      return false;
    }
  }
  return false;
}
