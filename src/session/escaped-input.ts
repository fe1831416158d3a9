import type { Pty } from './pty.js';

/** Begins an order to the client, at the beginning of a line: Ctrl-^, which hardly anything is typed with. In ssh_config: '^^'. */
export const ESCAPE = 0x1e;
export const ESCAPE_OPTION = '^^';

/** The client on its terminal, which can also be told to send a BREAK. */
export interface TerminalClient extends Pty {
  /** False: OpenSSH's client takes orders only at the beginning of a line, and the last byte did not end one. */
  sendBreak(): boolean;
}

/** What is typed, as a client with an escape character has to be given it. */
export interface EscapedInput {
  /** The same bytes for the target. */
  typed(bytes: Uint8Array): Uint8Array;
  /** What makes the client send a BREAK; null: not here. */
  sendBreak(): Uint8Array | null;
  /** What the client printed, without its own word on a BREAK. */
  printed(bytes: Buffer): Buffer;
}

const CR = 0x0d;
const LF = 0x0a;
const B = 0x42;
const ORDER = Buffer.from([ESCAPE, B]);
/** The client shows each order that it carries out. */
const WORD = Buffer.from([ESCAPE, B, CR, LF]);

/**
 * OpenSSH's rule (process_escapes() of its clientloop.c): an escape character that begins a line is an order with the byte
 * after it, and is sent as it is when that byte is another one; anywhere else it is a byte like others.
 */
export function escapedInput(): EscapedInput {
  let lineBegins = true;
  let words = 0;
  let held: Buffer = Buffer.alloc(0);
  return {
    typed(bytes) {
      if (bytes.length === 0) return bytes;
      if (!bytes.includes(ESCAPE)) {
        lineBegins = endsLine(bytes.at(-1));
        return bytes;
      }
      const out: number[] = [];
      for (const byte of bytes) {
        if (lineBegins && byte === ESCAPE) out.push(ESCAPE);
        out.push(byte);
        lineBegins = endsLine(byte);
      }
      return Uint8Array.from(out);
    },
    sendBreak() {
      if (!lineBegins) return null;
      words += 1;
      return ORDER;
    },
    printed(bytes) {
      if (words === 0) return bytes;
      let left = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      const kept: Buffer[] = [];
      for (let at = left.indexOf(WORD); at >= 0 && words > 0; at = left.indexOf(WORD)) {
        kept.push(left.subarray(0, at));
        left = left.subarray(at + WORD.length);
        words -= 1;
      }
      const begun = words === 0 ? 0 : begunAtEnd(left);
      held = left.subarray(left.length - begun);
      return Buffer.concat([...kept, left.subarray(0, left.length - begun)]);
    },
  };
}

function endsLine(byte: number | undefined): boolean {
  return byte === CR || byte === LF;
}

/** How many bytes at the end may be the first of the client's word. */
function begunAtEnd(bytes: Buffer): number {
  for (let length = Math.min(WORD.length - 1, bytes.length); length > 0; length -= 1)
    if (bytes.subarray(bytes.length - length).equals(WORD.subarray(0, length))) return length;
  return 0;
}

/** `pty` runs a client whose EscapeChar is ESCAPE_OPTION. */
export function terminalClient(pty: Pty, input: EscapedInput): TerminalClient {
  return {
    ...pty,
    write: (bytes) => pty.write(input.typed(bytes)),
    sendBreak() {
      const order = input.sendBreak();
      if (order === null) return false;
      pty.write(order);
      return true;
    },
  };
}
