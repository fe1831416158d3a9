/** What is being typed into a password field: bytes in one buffer, outside of any state that React keeps. */
export interface SecretEntry {
  /** Characters so far. */
  readonly length: number;
  readonly type: (text: string) => void;
  readonly erase: () => void;
  /** The bytes in a buffer of their own, for the receiver to wipe; the entry is empty afterwards. */
  readonly take: () => Buffer;
  readonly sameAs: (other: SecretEntry) => boolean;
  readonly wipe: () => void;
  /** The bytes so far: a view, not to be kept. */
  readonly bytes: () => Buffer;
}

/** More bytes than the vault takes as a password. */
const MOST = 1024;

/** `most`: bytes that are kept. */
export function createSecretEntry(most = MOST): SecretEntry {
  const memory = Buffer.alloc(most);
  let sizes: number[] = [];
  let used = 0;
  const wipe = (): void => {
    memory.fill(0);
    sizes = [];
    used = 0;
  };
  return {
    get length() {
      return sizes.length;
    },
    type(text) {
      for (const character of text) {
        const size = Buffer.byteLength(character);
        if (used + size > most) return;
        memory.write(character, used);
        used += size;
        sizes.push(size);
      }
    },
    erase() {
      const size = sizes.pop() ?? 0;
      memory.fill(0, used - size, used);
      used -= size;
    },
    take() {
      const own = Buffer.alloc(used);
      memory.copy(own, 0, 0, used);
      wipe();
      return own;
    },
    sameAs: (other) => memory.subarray(0, used).equals(other.bytes()),
    bytes: () => memory.subarray(0, used),
    wipe,
  };
}
