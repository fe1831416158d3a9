/** SSH's way to write strings, for the agent protocol (draft-ietf-sshm-ssh-agent, PROTOCOL.agent). */
export const AGENT = {
  failure: 5,
  success: 6,
  requestIdentities: 11,
  identities: 12,
  signRequest: 13,
  signResponse: 14,
  extension: 27,
} as const;

export function sshString(value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value as Uint8Array);
  const out = Buffer.alloc(4 + bytes.length);
  out.writeUInt32BE(bytes.length, 0);
  bytes.copy(out, 4);
  return out;
}

/** A positive number as SSH writes it: no leading zeros, a zero before a set top bit. */
export function sshNumber(value: Buffer): Buffer {
  let start = 0;
  while (start < value.length - 1 && value[start] === 0) start += 1;
  const bare = value.subarray(start);
  return sshString((bare[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bare]) : bare);
}

/** A message with its length and type in front. */
export function agentMessage(type: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  return sshString(Buffer.concat([Buffer.of(type), payload]));
}

/** Reads fields in order; throws RangeError when there is less than asked for. */
export class Fields {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  string(): Buffer {
    const length = this.#bytes.readUInt32BE(this.#at);
    const start = this.#at + 4;
    if (length > this.#bytes.length - start) throw new RangeError('string is cut');
    this.#at = start + length;
    return this.#bytes.subarray(start, this.#at);
  }

  text(): string {
    return this.string().toString('utf8');
  }

  byte(): number {
    const value = this.#bytes.readUInt8(this.#at);
    this.#at += 1;
    return value;
  }

  word(): number {
    const value = this.#bytes.readUInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }
}

/** Takes bytes in any split, gives whole messages; throws RangeError on one that is too long. */
export function messageSplitter(most = 256 * 1024): (bytes: Buffer) => Buffer[] {
  let waiting = Buffer.alloc(0);
  return (bytes) => {
    waiting = Buffer.concat([waiting, bytes]);
    const messages: Buffer[] = [];
    while (waiting.length >= 4) {
      const length = waiting.readUInt32BE(0);
      if (length < 1 || length > most) throw new RangeError('message length is out of bounds');
      if (waiting.length < 4 + length) break;
      messages.push(waiting.subarray(4, 4 + length));
      waiting = waiting.subarray(4 + length);
    }
    return messages;
  };
}
