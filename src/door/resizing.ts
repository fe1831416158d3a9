import { clampSize, type TerminalSize } from '#/domain/session.js';

/** A terminal's size and who wants to hear of changes. */
export interface Resizing {
  readonly size: () => TerminalSize;
  readonly set: (columns: number, rows: number) => void;
  readonly onResize: (listener: (size: TerminalSize) => void) => () => void;
}

/** Dragging a window sends hundreds of sizes: listeners hear the last one, every so many milliseconds. */
const QUIET = 15;

export function resizing(columns: number, rows: number): Resizing {
  let size = clampSize(columns, rows);
  let timer: NodeJS.Timeout | null = null;
  const listeners = new Set<(size: TerminalSize) => void>();
  const tell = (): void => {
    timer = null;
    for (const listener of [...listeners]) listener(size);
  };
  return {
    size: () => size,
    set(wide, high) {
      const next = clampSize(wide, high);
      if (next.columns === size.columns && next.rows === size.rows) return;
      size = next;
      timer ??= setTimeout(tell, QUIET);
    },
    onResize(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
