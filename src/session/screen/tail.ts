import type { Terminal } from '@xterm/headless';
import { coreOf } from '#/terminal/internals.js';

/** The beginning of an escape sequence that is not complete. */
export interface Tail {
  saw(bytes: Uint8Array): void;
  /** Without so many bytes at the end, which begin a character. */
  unfinished(held: number): string;
}

/** Longer sequences (pictures, clipboards) are not carried over. */
const LONGEST = 64 * 1024;

export function createTail(terminal: Terminal): Tail {
  const { _parser: parser } = coreOf(terminal)._inputHandler;
  let recent: Uint8Array[] = [];
  let size = 0;
  return {
    saw(bytes) {
      recent.push(bytes);
      size += bytes.length;
      // outside of a sequence only a character can be incomplete: its bytes belong to no sequence, but stand before one
      if (parser.currentState === GROUND) recent = [Buffer.concat(recent).subarray(-3)];
      else if (size > LONGEST) recent = [];
      size = recent.reduce((sum, one) => sum + one.length, 0);
    },
    unfinished(held) {
      if (parser.currentState === GROUND) return '';
      const bytes = Buffer.concat(recent);
      const from = begun(bytes);
      if (from === null) return SWALLOWING[parser.currentState] ?? '';
      const open = bytes.subarray(from, bytes.length - held);
      const whole = IN_STRING.has(parser.currentState) ? open : withoutControls(open);
      // bytes that are no characters are nothing to a terminal
      return whole.toString('utf8').replaceAll('\ufffd', '');
    },
  };
}

/** States of the terminal's parser. */
const GROUND = 0;
const OSC = 8;
const IN_STRING: ReadonlySet<number> = new Set([7, OSC, 9, 10, 11, 12, 13]);
/** What follows of a sequence that was too long must not be printed: an unknown one takes it in, to the same end. */
const SWALLOWING: Readonly<Record<number, string>> = { 7: '\x1b_', [OSC]: '\x1b]7777;', 13: '\x1b_' };

/** Control characters in the middle of a sequence were obeyed already. */
function withoutControls(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.filter((byte) => byte >= 0x20 || byte === ESC));
}

const ESC = 0x1b;
/** As UTF-8 has them, after 0xc2. */
const INTRODUCERS: ReadonlySet<number> = new Set([0x90, 0x98, 0x9b, 0x9d, 0x9e, 0x9f]);

/** Where the sequence that is open at the end begins; null: before these bytes. */
export function begun(bytes: Uint8Array): number | null {
  for (let at = bytes.length - 1; at >= 0; at -= 1) {
    if (bytes[at] === ESC) return at;
    if (bytes[at] === 0xc2 && INTRODUCERS.has(bytes[at + 1] ?? 0)) return at;
  }
  return null;
}
