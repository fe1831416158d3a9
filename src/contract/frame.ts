/** Frames on every unix socket between processes: u32 length of what follows (big endian), u8 kind, payload. */
export const FRAME = { json: 1, data: 2, blob: 3, errors: 4 } as const;
export type FrameKind = (typeof FRAME)[keyof typeof FRAME];

export interface Frame {
  readonly kind: FrameKind;
  /** Of a blob, which may be a secret, a copy that its taker alone can wipe. */
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
  /** The beginning of a frame: `#have` bytes of `#need`, which is its head until that is there. */
  #pieces: Buffer[] = [];
  #have = 0;
  #need = HEAD;
  readonly #maximum: number;

  /** `maximum`: bytes of the largest frame that is taken. */
  constructor(maximum = MAXIMUM_FRAME) {
    this.#maximum = maximum;
  }

  push(bytes: Buffer): Frame[] {
    const frames: Frame[] = [];
    for (let rest = bytes; rest.length > 0; ) {
      // a frame that comes in one piece is not copied
      if (this.#have === 0 && rest.length >= HEAD) this.#need = this.#sizeOf(rest);
      const piece = rest.subarray(0, this.#need - this.#have);
      rest = rest.subarray(piece.length);
      this.#pieces.push(piece);
      this.#have += piece.length;
      if (this.#have < this.#need) continue;
      const whole = this.#pieces.length === 1 ? piece : Buffer.concat(this.#pieces, this.#have);
      this.#pieces = [whole];
      this.#need = this.#sizeOf(whole);
      if (this.#have === this.#need) frames.push(this.#finish(whole));
    }
    return frames;
  }

  /** True when the last frame was not finished: the other side died in the middle of it. */
  get midFrame(): boolean {
    return this.#have > 0;
  }

  /** Bytes of the frame that begins with this head. */
  #sizeOf(head: Buffer): number {
    const [length, kind] = [head.readUInt32BE(0), head.readUInt8(4)];
    if (length < 1 || length > this.#maximum) throw new FrameError(`frame length ${length} is out of bounds`);
    if (!isKind(kind)) throw new FrameError(`frame kind ${kind} is unknown`);
    return 4 + length;
  }

  #finish(frame: Buffer): Frame {
    this.#pieces = [];
    this.#have = 0;
    this.#need = HEAD;
    const kind = frame.readUInt8(4);
    const payload = frame.subarray(HEAD);
    if (!isKind(kind)) throw new FrameError(`frame kind ${kind} is unknown`);
    return { kind, payload: kind === FRAME.blob ? Buffer.from(payload) : payload };
  }
}
