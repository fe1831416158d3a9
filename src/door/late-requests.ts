import type { Readable } from 'node:stream';

/** What a client may ask of a session that runs. Signals without SIG. */
export type LateRequest = { readonly kind: 'signal'; readonly name: string } | { readonly kind: 'break' };

/** What is asked of who serves a terminal: a BREAK for the target, or the end of what runs on it. */
export type TerminalRequest = 'break' | 'end';

/** Who takes such requests; false: it cannot be done. */
export interface Requests<T> {
  /** The result stops it. */
  readonly on: (listener: (request: T) => boolean) => () => void;
  readonly ask: (request: T) => boolean;
}

export function requests<T>(): Requests<T> {
  const listeners = new Set<(request: T) => boolean>();
  return {
    on(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    // each hears it
    ask: (request) => [...listeners].map((listener) => listener(request)).includes(true),
  };
}

/** Keys that have the terminal send a signal to what runs on it. */
const KEYS: Readonly<Record<string, number>> = { INT: 0x03, QUIT: 0x1c };
const ENDING = new Set(['HUP', 'TERM', 'KILL']);

/**
 * Of a session on a terminal: what the client in the box cannot carry the terminal can, and an end is an end. Other signals have no key, and
 * OpenSSH's server takes TSTP no more than we do.
 */
export function askTerminal(
  request: LateRequest,
  { input, asked }: { readonly input: Readable; readonly asked: Requests<TerminalRequest> },
): boolean {
  if (request.kind === 'break') return asked.ask('break');
  const key = KEYS[request.name];
  if (key === undefined) return ENDING.has(request.name) && asked.ask('end');
  if (input.destroyed || input.readableEnded) return false;
  input.push(Buffer.from([key]));
  return true;
}
