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

function kindOf(head: Buffer): FrameKind {
  const kind = head.readUInt8(4);
  if (!isKind(kind)) throw new FrameError(`frame kind ${kind} is unknown`);
  return kind;
}

export function encodeFrame(kind: FrameKind, payload: Uint8Array): Buffer {
  const frame = begunFrame(kind, payload.length, HEAD + payload.length);
  frame.set(payload, HEAD);
  return frame;
}

/** What comes before a payload of so many bytes. */
export function frameHead(kind: FrameKind, length: number): Buffer {
  return begunFrame(kind, length, HEAD);
}

function begunFrame(kind: FrameKind, length: number, size: number): Buffer {
  if (length + 1 > MAXIMUM_FRAME) throw new FrameError(`frame of ${length} bytes is over the limit`);
  const frame = Buffer.allocUnsafe(size);
  frame.writeUInt32BE(length + 1, 0);
  frame.writeUInt8(kind, 4);
  return frame;
}

export function encodeJson(value: unknown): Buffer {
  return encodeFrame(FRAME.json, Buffer.from(JSON.stringify(value), 'utf8'));
}

export interface DecoderOptions {
  /** Bytes of the largest frame that is taken. */
  readonly maximum?: number;
  /** Data and errors are streams here: what is there of a frame of them is given at once, and the rest of it as further frames. */
  readonly streams?: boolean;
}

/** Takes bytes in any split and gives whole frames; throws FrameError on a frame that breaks the format. */
export class FrameDecoder {
  /** The beginning of a frame: `#have` bytes of `#need`, which is its head until that is there. */
  #pieces: Buffer[] = [];
  #have = 0;
  #need = HEAD;
  /** Of a frame of a stream: what is still to come. */
  #streaming: { readonly kind: FrameKind; left: number } | null = null;
  readonly #maximum: number;
  readonly #streams: boolean;

  constructor({ maximum = MAXIMUM_FRAME, streams = false }: DecoderOptions = {}) {
    this.#maximum = maximum;
    this.#streams = streams;
  }

  push(bytes: Buffer): Frame[] {
    const frames: Frame[] = [];
    for (let rest = bytes; rest.length > 0; ) {
      if (this.#streaming !== null) {
        const { kind } = this.#streaming;
        const payload = rest.subarray(0, this.#streaming.left);
        rest = rest.subarray(payload.length);
        this.#streaming.left -= payload.length;
        if (this.#streaming.left === 0) this.#streaming = null;
        frames.push({ kind, payload });
        continue;
      }
      // a frame that comes in one piece is not copied
      if (this.#have === 0 && rest.length >= HEAD) this.#need = this.#sizeOf(rest);
      if (this.#have === 0 && rest.length >= HEAD && rest.length < this.#need && this.#isStream(rest)) {
        this.#stream(rest);
        rest = rest.subarray(HEAD);
        continue;
      }
      const piece = rest.subarray(0, this.#need - this.#have);
      rest = rest.subarray(piece.length);
      this.#pieces.push(piece);
      this.#have += piece.length;
      if (this.#have < this.#need) continue;
      const whole = this.#pieces.length === 1 ? piece : Buffer.concat(this.#pieces, this.#have);
      this.#pieces = [whole];
      this.#need = this.#sizeOf(whole);
      if (this.#have === this.#need) frames.push(this.#finish(whole));
      else if (this.#isStream(whole)) this.#stream(whole);
    }
    return frames;
  }

  /** True when the last frame was not finished: the other side died in the middle of it. */
  get midFrame(): boolean {
    return this.#have > 0 || this.#streaming !== null;
  }

  /** Bytes of the frame that begins with this head. */
  #sizeOf(head: Buffer): number {
    const length = head.readUInt32BE(0);
    if (length < 1 || length > this.#maximum) throw new FrameError(`frame length ${length} is out of bounds`);
    kindOf(head);
    return 4 + length;
  }

  #isStream(head: Buffer): boolean {
    const kind = head.readUInt8(4);
    return this.#streams && (kind === FRAME.data || kind === FRAME.errors);
  }

  /** What follows this head is given as it comes. */
  #stream(head: Buffer): void {
    this.#streaming = { kind: kindOf(head), left: this.#need - HEAD };
    this.#forget();
  }

  #finish(frame: Buffer): Frame {
    this.#forget();
    const kind = kindOf(frame);
    const payload = frame.subarray(HEAD);
    return { kind, payload: kind === FRAME.blob ? Buffer.from(payload) : payload };
  }

  #forget(): void {
    this.#pieces = [];
    this.#have = 0;
    this.#need = HEAD;
  }
}
