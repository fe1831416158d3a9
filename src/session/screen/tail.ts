import type { Terminal } from '@xterm/headless';
import { coreOf } from './core.js';

/** What came last and is not complete: the beginning of an escape sequence, or of a character. */
export interface Tail {
  saw(bytes: Uint8Array): void;
  now(): { readonly unfinished: string; readonly held: Uint8Array };
}

/** Longer sequences (pictures, clipboards) are not carried over. */
const LONGEST = 64 * 1024;
const GROUND = 0;

export function createTail(terminal: Terminal): Tail {
  const core = coreOf(terminal);
  let recent: Uint8Array[] = [];
  let size = 0;
  return {
    saw(bytes) {
      recent.push(bytes);
      size += bytes.length;
      // in the ground state only a character can be incomplete, and it lies in the last chunk but for three bytes
      if (core._inputHandler._parser.currentState === GROUND) recent = [Buffer.concat(recent).subarray(-4)];
      else if (size > LONGEST) recent = [];
      size = recent.reduce((sum, one) => sum + one.length, 0);
    },
    now() {
      const bytes = Buffer.concat(recent);
      const held = bytes.subarray(bytes.length - partialCharacter(bytes));
      const inSequence = core._inputHandler._parser.currentState !== GROUND;
      return {
        unfinished: inSequence
          ? bytes.subarray(begun(bytes), bytes.length - held.length).toString('utf8')
          : '',
        held: Buffer.from(held),
      };
    },
  };
}

/** How many of the last bytes are the beginning of a UTF-8 character. */
export function partialCharacter(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}

const ESC = 0x1b;
const CAN = 0x18;
const SUB = 0x1a;

/** Where the sequence that is open at the end begins. The bytes start outside of any, but for a few of a character. */
export function begun(bytes: Uint8Array): number {
  let start = 0;
  let state: State = 'ground';
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    const c1 = byte === 0xc2 && state === 'ground' ? (bytes[at + 1] ?? 0) : 0;
    if (byte === ESC || (c1 >= 0x80 && c1 < 0xa0)) start = at;
    if (c1 >= 0x80 && c1 < 0xa0) {
      state = afterEscape(c1 - 0x40);
      at += 1;
    } else state = after(state, byte);
  }
  return start;
}

type State = 'ground' | 'escape' | 'csi' | 'string';

function after(state: State, byte: number): State {
  if (byte === ESC) return 'escape';
  if (byte === CAN || byte === SUB) return 'ground';
  if (state === 'escape') return afterEscape(byte);
  if (state === 'csi') return byte >= 0x40 && byte < 0x7f ? 'ground' : 'csi';
  return state === 'string' && byte === 7 ? 'ground' : state;
}

function afterEscape(byte: number): State {
  if (byte === 0x5b) return 'csi';
  if (byte === 0x5d || byte === 0x50 || byte === 0x58 || byte === 0x5e || byte === 0x5f) return 'string';
  return byte < 0x30 ? 'escape' : 'ground';
}
