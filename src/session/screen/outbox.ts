import type { ToWorker } from './protocol.js';

/** Messages to the thread of the models, in order. A message costs both threads more than some bytes do: most go together. */
export interface Outbox {
  /** What nobody waits for: it goes with what follows. */
  put(message: ToWorker): void;
  /** What is waited for: it goes at once, with everything before it. */
  now(message: ToWorker): void;
}

/** Milliseconds, and bytes: then it goes, whether more comes or not. */
const PATIENCE = 50;
const ENOUGH = 64 * 1024;

type Post = (messages: readonly ToWorker[], transfer: readonly ArrayBuffer[]) => void;

export function createOutbox(post: Post): Outbox {
  let waiting: ToWorker[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | null = null;
  const send = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const messages = joined(waiting);
    waiting = [];
    bytes = 0;
    post(messages, messages.flatMap(memoryOf));
  };
  return {
    put(message) {
      waiting.push(message);
      if ('bytes' in message) bytes += message.bytes.length;
      if (bytes >= ENOUGH) send();
      else timer ??= setTimeout(send, PATIENCE);
    },
    now(message) {
      waiting.push(message);
      send();
    },
  };
}

/** Neighbouring writes to one screen are one. Bytes are copied into memory of their own, which can be given away. */
function joined(messages: readonly ToWorker[]): readonly ToWorker[] {
  const groups: ToWorker[][] = [];
  for (const message of messages) {
    const group = groups.at(-1);
    const [first] = group ?? [];
    if (first?.type === 'write' && message.type === 'write' && first.screen === message.screen)
      group?.push(message);
    else groups.push([message]);
  }
  return groups.flatMap((group): ToWorker[] => {
    const [first] = group;
    if (first === undefined) return [];
    return 'bytes' in first ? [{ ...first, bytes: bytesOf(group) }] : [first];
  });
}

function bytesOf(group: readonly ToWorker[]): Uint8Array {
  const pieces = group.flatMap((message) => ('bytes' in message ? [message.bytes] : []));
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function memoryOf(message: ToWorker): ArrayBuffer[] {
  return 'bytes' in message && message.bytes.buffer instanceof ArrayBuffer ? [message.bytes.buffer] : [];
}
