/** What keys mean for the line that is being typed. */
export type Key =
  | { readonly kind: 'character'; readonly byte: number }
  | { readonly kind: 'rubout' }
  | { readonly kind: 'enter' }
  /** Ctrl-C, Ctrl-Z, Ctrl-\: the line is dropped. */
  | { readonly kind: 'drop' }
  /** Edits the line, or fetches another one from the history: what stands there is not what was typed. */
  | { readonly kind: 'edit' }
  /** Ctrl-D. */
  | { readonly kind: 'end' }
  | { readonly kind: 'paste'; readonly begins: boolean };

/** Cuts typed bytes into keys. What a terminal says by itself (answers, mouse, focus) is none. */
export interface KeyCutter {
  take(bytes: Uint8Array): readonly Key[];
}

const ESC = 0x1b;
const LONGEST_SEQUENCE = 64;
/** Final letters of keys: arrows, Home, End, F-keys, editing keys, Shift-Tab, kitty. The others are answers of the terminal. */
const KEY_FINALS = /^[A-HP-SZ~u]$/;

export function createKeyCutter(): KeyCutter {
  let sequence: string | null = null;
  let pasting = false;
  return {
    take(bytes) {
      const keys: Key[] = [];
      for (const byte of bytes) {
        const key = sequence === null ? plain(byte) : escaped(byte);
        if (key !== null) keys.push(key);
      }
      return keys;
    },
  };

  function plain(byte: number): Key | null {
    if (byte === ESC) {
      sequence = '';
      return null;
    }
    // a line end that was pasted is a part of the text
    if (byte === 0x0d || byte === 0x0a) return { kind: pasting ? 'edit' : 'enter' };
    if (byte === 0x03 || byte === 0x1a || byte === 0x1c) return { kind: 'drop' };
    if (byte === 0x04) return { kind: 'end' };
    if (byte === 0x7f || byte === 0x08) return { kind: 'rubout' };
    return byte < 0x20 ? { kind: 'edit' } : { kind: 'character', byte };
  }
  function escaped(byte: number): Key | null {
    const all = sequence + String.fromCharCode(byte);
    sequence = all;
    // strings (OSC, DCS and the like) are answers: to their end
    if (/^[P\]_^X]/.test(all)) {
      if (byte === 0x07 || all.endsWith('\x1b\\') || all.length > LONGEST_SEQUENCE * 64) sequence = null;
      return null;
    }
    if (all === '[' || all === 'O') return null;
    if (all.startsWith('[') && (byte < 0x40 || byte > 0x7e) && all.length < LONGEST_SEQUENCE) return null;
    sequence = null;
    if (all === '[200~' || all === '[201~') {
      pasting = all === '[200~';
      return { kind: 'paste', begins: pasting };
    }
    // Alt with a key edits; an answer of the terminal does nothing
    if (!all.startsWith('[')) return { kind: 'edit' };
    return KEY_FINALS.test(all.slice(-1)) && !/^\[[<?>=]/.test(all) ? { kind: 'edit' } : null;
  }
}
