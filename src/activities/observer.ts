import type { Activity, TransferProtocol } from '#/domain/activity.js';

/**
 * Is shown copies of both directions of a channel, each piece before it is passed on, and tells what was done. It never
 * throws, keeps a bounded memory, and says so once when it has lost the thread.
 */
export interface Observer {
  toTarget(bytes: Uint8Array): readonly Activity[];
  fromTarget(bytes: Uint8Array): readonly Activity[];
  /** The channel has ended; gives what was not finished. */
  end(): readonly Activity[];
}

/** What a protocol's reader does; it throws `Lost` when it cannot go on. */
export interface Reader {
  toTarget(bytes: Buffer): void;
  fromTarget(bytes: Buffer): void;
  end(): void;
  /** The thread is lost: tells what was begun. */
  abandon(): void;
}

/** The conversation is not what the protocol says, or over our bounds. */
export class Lost extends Error {}

export type Tell = (activity: Activity) => void;

/** Makes an observer of a reader: whatever happens in there, the bytes are not concerned. */
export function careful(protocol: TransferProtocol, make: (tell: Tell) => Reader): Observer {
  let told: Activity[] = [];
  let reader: Reader | null = make((activity) => told.push(activity));
  const run = (step: (reader: Reader) => void): readonly Activity[] => {
    if (reader === null) return [];
    try {
      step(reader);
    } catch (error) {
      giveUp(reader, error);
    }
    const given = told;
    told = [];
    return given;
  };
  const giveUp = (lost: Reader, error: unknown): void => {
    reader = null;
    try {
      lost.abandon();
    } catch {
      // what it could not tell is covered by the next line
    }
    told.push({
      kind: 'unreadable',
      protocol,
      why: error instanceof Lost ? error.message : 'our reading of it failed',
    });
  };
  return {
    toTarget: (bytes) => run((one) => one.toTarget(asBuffer(bytes))),
    fromTarget: (bytes) => run((one) => one.fromTarget(asBuffer(bytes))),
    end: () => {
      const given = run((one) => one.end());
      reader = null;
      return given;
    },
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Bytes of a path as text: valid UTF-8 as it is, otherwise what is not ASCII as \xNN. */
export function pathText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return [...bytes].map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : hexByte(byte))).join('');
  }
}

function hexByte(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
