import { type Attributes, attributesText, type Fields } from './fields.js';

/** What a request asks for, as far as it concerns files that move or change. */
export type Request =
  | { readonly type: 'open'; readonly path: string; readonly flags: number; readonly attributes: Attributes }
  | { readonly type: 'stat'; readonly path: string }
  | { readonly type: 'fstat' | 'close'; readonly handle: string }
  | { readonly type: 'read'; readonly handle: string; readonly offset: number; readonly length: number }
  | { readonly type: 'write'; readonly handle: string; readonly offset: number; readonly data: Buffer }
  | { readonly type: 'fsetstat'; readonly handle: string; readonly attributes: Attributes }
  | { readonly type: 'copy'; readonly from: string; readonly to: string }
  | {
      readonly type: 'change';
      readonly operation: string;
      readonly path: string;
      readonly to: string | null;
    }
  | { readonly type: 'other' };

export const OPEN = { read: 1, write: 2, append: 4, create: 8, truncate: 16, exclusive: 32 } as const;

const one = (operation: string) => (fields: Fields) =>
  ({ type: 'change', operation, path: fields.path(), to: null }) as const;
const two = (operation: string) => (fields: Fields) =>
  ({ type: 'change', operation, path: fields.path(), to: fields.path() }) as const;
const set = (fields: Fields) =>
  ({
    type: 'change',
    operation: 'set attributes',
    path: fields.path(),
    to: attributesText(fields.attributes()),
  }) as const;
const handle = (fields: Fields): string => handleText(fields.bytes());
const stat = (fields: Fields) => ({ type: 'stat', path: fields.path() }) as const;

/** draft-ietf-secsh-filexfer-02, section 3. */
const READERS: ReadonlyMap<number, (fields: Fields) => Request> = new Map([
  [3, open],
  [4, (fields: Fields): Request => ({ type: 'close', handle: handle(fields) })],
  [
    5,
    (fields: Fields): Request => ({
      type: 'read',
      handle: handle(fields),
      offset: fields.u64(),
      length: fields.u32(),
    }),
  ],
  [
    6,
    (fields: Fields): Request => ({
      type: 'write',
      handle: handle(fields),
      offset: fields.u64(),
      data: fields.bytes(),
    }),
  ],
  [7, stat],
  [8, (fields: Fields): Request => ({ type: 'fstat', handle: handle(fields) })],
  [9, set],
  [
    10,
    (fields: Fields): Request => ({
      type: 'fsetstat',
      handle: handle(fields),
      attributes: fields.attributes(),
    }),
  ],
  [13, one('remove')],
  [14, one('make directory')],
  [15, one('remove directory')],
  [17, stat],
  [18, two('rename')],
  [20, symlink],
  [200, extended],
]);

export function requestOf(type: number, fields: Fields): Request {
  return READERS.get(type)?.(fields) ?? { type: 'other' };
}

export function handleText(bytes: Buffer): string {
  return bytes.subarray(0, 257).toString('latin1');
}

function open(fields: Fields): Request {
  const path = fields.path();
  const flags = fields.u32();
  return { type: 'open', path, flags, attributes: fields.attributes() };
}

/** OpenSSH, and so everybody, sends what the link points to first. */
function symlink(fields: Fields): Request {
  const to = fields.path();
  return { type: 'change', operation: 'symbolic link', path: fields.path(), to };
}

const HARMLESS =
  /^(statvfs|fstatvfs|fsync|limits|expand-path|users-groups-by-id|home-directory)(@openssh\.com)?$/;

/** OpenSSH's PROTOCOL, section 4. */
function extended(fields: Fields): Request {
  const name = fields.path();
  if (name === 'posix-rename@openssh.com') return two('rename')(fields);
  if (name === 'hardlink@openssh.com') return two('hard link')(fields);
  if (name === 'lsetstat@openssh.com') return set(fields);
  if (name === 'copy-data') return copy(fields);
  if (HARMLESS.test(name)) return { type: 'other' };
  return { type: 'change', operation: 'extension', path: name, to: null };
}

function copy(fields: Fields): Request {
  const from = handle(fields);
  fields.u64();
  fields.u64();
  return { type: 'copy', from, to: handle(fields) };
}
