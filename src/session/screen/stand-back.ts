import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Not more: re-attaching waits for it, and what was run is read from it before a session's tape is closed. */
const BEHIND = 4;

/** This thread gives way to the one with the owner's bytes, and to the client, when there is not enough processor for all. */
export function standBack(): void {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    if (Number.isSafeInteger(thread) && thread > 0) setPriority(thread, BEHIND);
  } catch {
    // no /proc, or no such call here: then it runs like the others
  }
}
