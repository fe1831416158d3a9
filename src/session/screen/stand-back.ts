import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

const BEHIND = 10;

/** This thread gives way to the one with the owner's bytes, and to the client, when there is not enough processor for all. */
export function standBack(): void {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    if (Number.isSafeInteger(thread) && thread > 0) setPriority(thread, BEHIND);
  } catch {
    // no /proc, or no such call here: then it runs like the others
  }
}
