import { createHash } from 'node:crypto';
import { parseId } from '#/domain/ids.js';
import type { TapeHeader } from '#/domain/tape.js';

/** The first bytes of every tape; the last of them is the version of the format. */
export const MAGIC = Buffer.from('PSTNTAP\x01', 'latin1');

export const SEGMENT = { events: 1, keyframe: 2, end: 3, text: 4, recent: 5 } as const;
export type SegmentType = (typeof SEGMENT)[keyof typeof SEGMENT];

/** u32 length of what follows, u8 type, u32 number, u32 first ms, u32 last ms; then the ciphertext with its 16 byte tag. */
export const SEGMENT_HEAD = 17;
export const TAG_BYTES = 16;

/** Limits that a reader keeps, whoever wrote the tape. Bytes. */
export const LIMITS = { header: 64 * 1024, segment: 16 * 1024 * 1024, payload: 16 * 1024 * 1024 } as const;

export interface SegmentHead {
  readonly type: SegmentType;
  /** From 0, without gaps. */
  readonly number: number;
  /** Milliseconds of the first and the last event. */
  readonly first: number;
  readonly last: number;
}

/** What a tape begins with: magic, u32 length of the JSON, JSON. */
export function encodeHeader(header: TapeHeader): Buffer {
  const json = Buffer.from(JSON.stringify(header), 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([MAGIC, length, json]);
}

export type HeaderFound =
  | { readonly kind: 'header'; readonly header: TapeHeader; readonly bytes: number }
  | { readonly kind: 'short' }
  | { readonly kind: 'foreign'; readonly why: string };

/** Reads the beginning of a tape. 'short': there are not enough bytes yet. */
export function decodeHeader(start: Buffer): HeaderFound {
  const magic = start.subarray(0, MAGIC.length);
  if (!magic.equals(MAGIC.subarray(0, magic.length)))
    return { kind: 'foreign', why: 'it does not begin like a tape of this version' };
  if (start.length < MAGIC.length + 4) return { kind: 'short' };
  const length = start.readUInt32BE(MAGIC.length);
  if (length > LIMITS.header) return { kind: 'foreign', why: 'its header is too long' };
  const bytes = MAGIC.length + 4 + length;
  if (start.length < bytes) return { kind: 'short' };
  const header = parseHeader(start.toString('utf8', MAGIC.length + 4, bytes));
  return header === null
    ? { kind: 'foreign', why: 'its header cannot be read' }
    : { kind: 'header', header, bytes };
}

const TEXTS = ['user', 'account', 'accountId', 'safe', 'recordingSafe', 'term'] as const;

function parseHeader(json: string): TapeHeader | null {
  let found: Partial<Record<keyof TapeHeader, unknown>>;
  try {
    found = JSON.parse(json) as typeof found;
  } catch {
    return null;
  }
  if (typeof found !== 'object' || found === null || found.format !== 1) return null;
  if (typeof found.recordingId !== 'string' || parseId('session', found.recordingId) === null) return null;
  if (!TEXTS.every((name) => typeof found[name] === 'string')) return null;
  if (![found.startedAt, found.columns, found.rows].every((value) => Number.isSafeInteger(value)))
    return null;
  return isKey(found.recipient) && isKey(found.ephemeral) ? (found as TapeHeader) : null;
}

function isKey(value: unknown): boolean {
  return typeof value === 'string' && value.length === 44 && Buffer.from(value, 'base64').length === 32;
}

/** Of the two kinds of text: each has keys of its own, and is opened without what was before it. */
export function isText(type: SegmentType): boolean {
  return type === SEGMENT.text || type === SEGMENT.recent;
}

export function encodeSegmentHead(head: SegmentHead, ciphertextBytes: number): Buffer {
  const bytes = Buffer.alloc(SEGMENT_HEAD);
  bytes.writeUInt32BE(SEGMENT_HEAD - 4 + ciphertextBytes, 0);
  bytes.writeUInt8(head.type, 4);
  bytes.writeUInt32BE(head.number, 5);
  bytes.writeUInt32BE(head.first, 9);
  bytes.writeUInt32BE(head.last, 13);
  return bytes;
}

/** Null: these bytes cannot be the head of a segment. `bytes` is the length of the whole segment. */
export function decodeSegmentHead(
  head: Buffer,
): { readonly head: SegmentHead; readonly bytes: number } | null {
  if (head.length < SEGMENT_HEAD) return null;
  const bytes = head.readUInt32BE(0) + 4;
  const type = head.readUInt8(4);
  if (bytes < SEGMENT_HEAD + TAG_BYTES || bytes > LIMITS.segment) return null;
  if (!isType(type)) return null;
  const [first, last] = [head.readUInt32BE(9), head.readUInt32BE(13)];
  return first > last ? null : { head: { type, number: head.readUInt32BE(5), first, last }, bytes };
}

function isType(type: number): type is SegmentType {
  return Object.values<number>(SEGMENT).includes(type);
}

/** h_0: the hash of the header as it stands in the file. */
export function firstHead(header: Buffer): Buffer {
  return createHash('sha256').update(header).digest();
}

/** h_(i+1): over the head before it and the whole segment. */
export function chainHead(previous: Buffer, segment: Buffer): Buffer {
  return createHash('sha256').update(previous).update(segment).digest();
}
