import { Lost, pathText } from '../observer.js';

/** Reads the fields of one packet, in order; throws `Lost` where they end too early or are out of bounds. */
export interface Fields {
  u8(): number;
  u32(): number;
  /** Offsets and sizes: no file is longer than 4 PiB. */
  u64(): number;
  bytes(): Buffer;
  /** At most `LONGEST_PATH` bytes. */
  path(): string;
  attributes(): Attributes;
}

export interface Attributes {
  readonly size: number | null;
  readonly owner: string | null;
  /** Permission bits without the file's type. */
  readonly mode: number | null;
  readonly times: boolean;
}

/** PATH_MAX of Linux: a target can do nothing with longer ones. */
const LONGEST_PATH = 4096;

export function fieldsOf(packet: Buffer): Fields {
  let at = 0;
  const next = (length: number): number => {
    const from = at;
    if (length > packet.length - at) throw new Lost('a packet ends too early');
    at += length;
    return from;
  };
  const u32 = (): number => packet.readUInt32BE(next(4));
  const u64 = (): number => {
    const value = packet.readBigUInt64BE(next(8));
    if (value > 2n ** 52n) throw new Lost('an offset or a size is out of bounds');
    return Number(value);
  };
  const bytes = (): Buffer => {
    const length = u32();
    const from = next(length);
    return packet.subarray(from, from + length);
  };
  const attributes = (): Attributes => {
    const flags = u32();
    const size = (flags & 1) === 0 ? null : u64();
    const owner = (flags & 2) === 0 ? null : `${u32()}:${u32()}`;
    const mode = (flags & 4) === 0 ? null : u32() & 0o7777;
    const times = (flags & 8) !== 0;
    if (times) next(8);
    return { size, owner, mode, times };
  };
  return {
    u8: () => packet.readUInt8(next(1)),
    u32,
    u64,
    bytes,
    path() {
      const path = bytes();
      if (path.length > LONGEST_PATH) throw new Lost(`a path of ${path.length} bytes is out of bounds`);
      return pathText(path);
    },
    attributes,
  };
}

/** What an attribute request sets, in words. */
export function attributesText({ size, owner, mode, times }: Attributes): string {
  const parts = [
    ...(size === null ? [] : [`size ${size}`]),
    ...(owner === null ? [] : [`owner ${owner}`]),
    ...(mode === null ? [] : [`mode ${mode.toString(8).padStart(4, '0')}`]),
    ...(times ? ['times'] : []),
  ];
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}
