/** The symbol that console.log and util.inspect ask for. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * Bytes that must not be seen. Prints `<secret>`, lives in a Buffer of its own, is opened by one loud word and can be wiped.
 * A wiped secret cannot be opened again.
 */
export class Secret {
  #bytes: Buffer | null;

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Copies the bytes into a buffer of its own (not the pool) and wipes the source. */
  static take(source: Uint8Array): Secret {
    const own = Buffer.alloc(source.length);
    own.set(source);
    source.fill(0);
    return new Secret(own);
  }

  /** The bytes themselves: do not keep, log, or turn into a string that lives on. */
  exposeSecret(): Buffer {
    if (this.#bytes === null) throw new Error('secret was wiped');
    return this.#bytes;
  }

  get wiped(): boolean {
    return this.#bytes === null;
  }

  wipe(): void {
    this.#bytes?.fill(0);
    this.#bytes = null;
  }

  toString(): string {
    return '<secret>';
  }

  toJSON(): string {
    return '<secret>';
  }

  [INSPECT](): string {
    return '<secret>';
  }
}
