import { Lost } from '../observer.js';
import { byte, int, varint, varlong } from './numbers.js';
import type { RsyncOptions } from './options.js';
import type { Pulling } from './pull.js';

export interface Listed {
  readonly name: Buffer;
  readonly size: number;
  readonly mode: number;
}

const FLAG = {
  sameMode: 1 << 1,
  sameUid: 1 << 3,
  sameGid: 1 << 4,
  sameName: 1 << 5,
  longName: 1 << 6,
  sameTime: 1 << 7,
  sameMajor: 1 << 8,
  userName: 1 << 10,
  groupName: 1 << 11,
  nanoseconds: 1 << 13,
} as const;

const TYPE = 0o170000;
const LINK = 0o120000;
const FILE = 0o100000;
const FOLDER = 0o040000;
const DEVICES: readonly number[] = [0o020000, 0o060000];
const LONGEST_NAME = 4096;
const MOST_FILES = 200_000;
const MOST_NAME_BYTES = 24 * 1024 * 1024;

export interface ListReader {
  /** One list, sorted as both sides sort it: indexes count in that order. */
  list(): Pulling<readonly Listed[]>;
}

/** `checksum`: bytes of the checksum of each file, where those are told. What is the same as before is told once for all lists. */
export function listReader(options: RsyncOptions, checksum: number): ListReader {
  let name = Buffer.alloc(0);
  let mode = 0;
  let [files, nameBytes] = [0, 0];
  return {
    *list() {
      const found: Listed[] = [];
      for (let flags = yield* varint(); flags !== 0; flags = yield* varint()) {
        files += 1;
        if (files > MOST_FILES) throw new Lost('it has too many files');
        found.push(yield* entry(flags));
      }
      yield* varint(); // trouble that the sender had
      return found.toSorted(inOrder);
    },
  };

  function* entry(flags: number): Pulling<Listed> {
    const has = (flag: number): boolean => (flags & flag) !== 0;
    const kept = has(FLAG.sameName) ? yield* byte() : 0;
    const more = has(FLAG.longName) ? yield* varint() : yield* byte();
    if (more < 0 || kept + more > LONGEST_NAME) throw new Lost('a name is out of bounds');
    name = Buffer.concat([name.subarray(0, kept), yield more]);
    nameBytes += name.length;
    if (nameBytes > MOST_NAME_BYTES) throw new Lost('its names are too many');
    const size = yield* varlong(3);
    if (!has(FLAG.sameTime)) yield* varlong(4);
    if (has(FLAG.nanoseconds)) yield* varint();
    if (!has(FLAG.sameMode)) mode = (yield* int()) & 0xffff;
    if (options.owner && !has(FLAG.sameUid)) yield* owner(has(FLAG.userName));
    if (options.group && !has(FLAG.sameGid)) yield* owner(has(FLAG.groupName));
    const type = mode & TYPE;
    if (options.devices && DEVICES.includes(type)) {
      if (!has(FLAG.sameMajor)) yield* varint();
      yield* varint();
    }
    if (options.links && type === LINK) yield yield* length();
    if (options.checksums && type === FILE) yield checksum;
    return { name, size: Math.max(0, size), mode };
  }
}

function* owner(named: boolean): Pulling {
  yield* varint();
  if (named) yield yield* byte();
}

function* length(): Pulling<number> {
  const found = yield* varint();
  if (found < 0 || found > LONGEST_NAME) throw new Lost('a name is out of bounds');
  return found;
}

/** Names of users or groups, which follow a list that is the only one. */
export function* names(andZero: boolean): Pulling {
  while ((yield* varint()) !== 0) yield yield* byte();
  if (andZero) yield yield* byte();
}

/** In each folder first what is no folder, then the folders, by the bytes of their names and a slash. */
export function inOrder(a: Listed, b: Listed): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let at = 0; ; at += 1) {
    const [one, other] = [left[at], right[at]];
    if (one === undefined || other === undefined)
      return (one === undefined ? 0 : 1) - (other === undefined ? 0 : 1);
    const folders = Number(one.endsWith('/')) - Number(other.endsWith('/'));
    if (folders !== 0) return folders;
    if (one !== other) return one < other ? -1 : 1;
  }
}

function partsOf({ name, mode }: Listed): readonly string[] {
  const text = name.toString('latin1');
  if (text === '.') return [];
  return ((mode & TYPE) === FOLDER ? `${text}/` : text).split(/(?<=\/)/);
}
