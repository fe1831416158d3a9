import { openSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';

const END_OF_LINE = [10, 13];
const ERASE = [8, 127];
/** Ctrl-C, Ctrl-D, Ctrl-\ */
const GIVE_UP = [3, 4, 28];
const MOST = 4096;

/** One line from the terminal of this process, shown to nobody. Null: there is no terminal, or the person gave up. */
export async function askHidden(prompt: string): Promise<Buffer | null> {
  const fd = openTerminal();
  if (fd === null) return null;
  const terminal = new ReadStream(fd);
  // before it asks: who types at once is not to see it either
  terminal.setRawMode(true);
  writeSync(fd, prompt);
  try {
    return await line(terminal);
  } finally {
    terminal.setRawMode(false);
    writeSync(fd, '\n');
    terminal.destroy();
  }
}

function openTerminal(): number | null {
  try {
    return openSync('/dev/tty', 'r+');
  } catch {
    return null;
  }
}

async function line(terminal: AsyncIterable<Buffer>): Promise<Buffer | null> {
  const typed = Buffer.alloc(MOST);
  let length = 0;
  for await (const bytes of terminal) {
    for (const byte of bytes) {
      if (GIVE_UP.includes(byte)) return null;
      if (END_OF_LINE.includes(byte)) {
        bytes.fill(0);
        return typed.subarray(0, length);
      }
      if (ERASE.includes(byte)) length = Math.max(0, length - 1);
      else if (length < MOST) typed[length++] = byte;
    }
    bytes.fill(0);
  }
  return null;
}
