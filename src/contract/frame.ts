/** Frames on every unix socket between processes: u32 length of what follows (big endian), u8 kind, payload. */
export const FRAME = { json: 1, data: 2, blob: 3, errors: 4 } as const;
export type FrameKind = (typeof FRAME)[keyof typeof FRAME];

export interface Frame {
  readonly kind: FrameKind;
  readonly payload: Buffer;
}

/** No frame is larger: what is larger is cut into more of them. */
export const MAXIMUM_FRAME = 4 * 1024 * 1024;

export class FrameError extends Error {}

const HEAD = 5;
const KINDS: readonly number[] = Object.values(FRAME);

function isKind(kind: number): kind is FrameKind {
  return KINDS.includes(kind);
}

export function encodeFrame(kind: FrameKind, payload: Uint8Array): Buffer {
  if (payload.length + 1 > MAXIMUM_FRAME)
    throw new FrameError(`frame of ${payload.length} bytes is over the limit`);
  const frame = Buffer.allocUnsafe(HEAD + payload.length);
  frame.writeUInt32BE(payload.length + 1, 0);
  frame.writeUInt8(kind, 4);
  frame.set(payload, HEAD);
  return frame;
}

export function encodeJson(value: unknown): Buffer {
  return encodeFrame(FRAME.json, Buffer.from(JSON.stringify(value), 'utf8'));
}

/** Takes bytes in any split and gives whole frames; throws FrameError on a frame that breaks the format. */
export class FrameDecoder {
  #waiting: Buffer = Buffer.alloc(0);
  readonly #maximum: number;

  /** `maximum`: bytes of the largest frame that is taken. */
  constructor(maximum = MAXIMUM_FRAME) {
    this.#maximum = maximum;
  }

  push(bytes: Buffer): Frame[] {
    this.#waiting = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes]);
    const frames: Frame[] = [];
    let offset = 0;
    while (this.#waiting.length - offset >= HEAD) {
      const length = this.#waiting.readUInt32BE(offset);
      if (length < 1 || length > this.#maximum)
        throw new FrameError(`frame length ${length} is out of bounds`);
      if (this.#waiting.length - offset < 4 + length) break;
      const kind = this.#waiting.readUInt8(offset + 4);
      if (!isKind(kind)) throw new FrameError(`frame kind ${kind} is unknown`);
      frames.push({ kind, payload: Buffer.from(this.#waiting.subarray(offset + HEAD, offset + 4 + length)) });
      offset += 4 + length;
    }
    this.#waiting = this.#waiting.subarray(offset);
    return frames;
  }

  /** True when the last frame was not finished: the other side died in the middle of it. */
  get midFrame(): boolean {
    return this.#waiting.length > 0;
  }
}
