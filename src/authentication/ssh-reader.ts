/** Reads SSH's wire types (RFC 4251 §5). Null: the bytes end before the value does. */
export class SshReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Everything that was read so far. */
  get passed(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  /** Everything that was not read yet. */
  get rest(): Buffer {
    return this.#bytes.subarray(this.#at);
  }

  byte(): number | null {
    return this.#take(1)?.readUInt8() ?? null;
  }

  uint32(): number | null {
    return this.#take(4)?.readUInt32BE() ?? null;
  }

  uint64(): bigint | null {
    return this.#take(8)?.readBigUInt64BE() ?? null;
  }

  string(): Buffer | null {
    const start = this.#at;
    const length = this.uint32();
    const value = length === null ? null : this.#take(length);
    if (value === null) this.#at = start;
    return value;
  }

  /** A string of exactly so many bytes. */
  exact(length: number): Buffer | null {
    const value = this.string();
    return value?.length === length ? value : null;
  }

  text(): string | null {
    return this.string()?.toString('utf8') ?? null;
  }

  /** An mpint without its sign byte. */
  number(): Buffer | null {
    const value = this.string();
    return value?.[0] === 0 ? value.subarray(1) : value;
  }

  #take(length: number): Buffer | null {
    const end = this.#at + length;
    if (end > this.#bytes.length) return null;
    const value = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return value;
  }
}
