/**
 * What a program says first to an X server (X Window System Protocol, Connection Setup): a byte order, twelve bytes in all, then
 * the name of an authorization protocol and its data, each filled up to a multiple of four.
 */
export type X11Setup =
  /** It is not all there yet. */
  | { readonly kind: 'more' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'whole'; readonly length: number };

/** With what a display is opened. */
export interface X11Key {
  readonly protocol: string;
  readonly data: Buffer;
}

const HEAD = 12;
const NAME_LENGTH = 6;
const DATA_LENGTH = 8;
const VERSION = 2;
const BIG_ENDIAN = 0x42;
const LITTLE_ENDIAN = 0x6c;
/** Of a name, and of data: a cookie has 16 bytes, and its name 18 letters. */
export const LONGEST_X11_PART = 256;

/** Of what came so far. It is judged as soon as it can be: little of it need ever be kept. */
export function readX11Setup(bytes: Buffer): X11Setup {
  const [order] = bytes;
  if (order === undefined) return { kind: 'more' };
  if (order !== BIG_ENDIAN && order !== LITTLE_ENDIAN) return { kind: 'malformed' };
  if (bytes.length < HEAD) return { kind: 'more' };
  const name = wordAt(bytes, NAME_LENGTH);
  const data = wordAt(bytes, DATA_LENGTH);
  if (wordAt(bytes, VERSION) !== 11 || name > LONGEST_X11_PART || data > LONGEST_X11_PART)
    return { kind: 'malformed' };
  const length = HEAD + filled(name) + filled(data);
  return bytes.length < length ? { kind: 'more' } : { kind: 'whole', length };
}

/** A whole one and what follows it, with this key in the place of the one that it has. */
export function withX11Key(bytes: Buffer, length: number, { protocol, data }: X11Key): Buffer {
  const name = Buffer.from(protocol, 'latin1');
  const start = HEAD + filled(name.length);
  const setup = Buffer.alloc(start + filled(data.length));
  bytes.copy(setup, 0, 0, HEAD);
  putWord(setup, NAME_LENGTH, name.length);
  putWord(setup, DATA_LENGTH, data.length);
  name.copy(setup, HEAD);
  data.copy(setup, start);
  return Buffer.concat([setup, bytes.subarray(length)]);
}

function wordAt(bytes: Buffer, at: number): number {
  return bytes[0] === BIG_ENDIAN ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at);
}

function putWord(bytes: Buffer, at: number, value: number): void {
  if (bytes[0] === BIG_ENDIAN) bytes.writeUInt16BE(value, at);
  else bytes.writeUInt16LE(value, at);
}

function filled(length: number): number {
  return Math.ceil(length / 4) * 4;
}
