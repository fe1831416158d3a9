import type { Terminal } from '@xterm/headless';
import { type Cell, coreOf, type ScreenBuffer } from '#/terminal/internals.js';
import type { CharsetNames } from './charsets.js';
import { cursor, type Drawing, savedCursor } from './cursor.js';
import { drawBuffer } from './draw-buffer.js';
import type { ExtraModes } from './extra-modes.js';
import { PLAIN } from './look.js';
import { modes } from './modes.js';
import { createWardrobe } from './wear.js';

export interface RestoreOptions {
  readonly terminal: Terminal;
  readonly charsets: CharsetNames;
  readonly extra: ExtraModes;
}

/** A string that, written to a fresh terminal of the same size, makes it the same: cells, cursor, and what keys and output will do. */
export function restore({ terminal, charsets, extra }: RestoreOptions): string {
  const core = coreOf(terminal);
  const { normal, alt, active } = core._bufferService.buffers;
  const size = { columns: terminal.cols, rows: terminal.rows };
  const cell = terminal.buffer.active.getNullCell() as unknown as Cell;
  const drawing: Drawing = { core, charsets, cell, wardrobe: createWardrobe(core) };
  const { wardrobe } = drawing;
  const draw = (buffer: ScreenBuffer): string =>
    drawBuffer(buffer, size, drawing) +
    tabs(buffer, size.columns) +
    saved(buffer) +
    margins(buffer, size.rows);
  const saved = (buffer: ScreenBuffer): string => {
    const sequence = savedCursor(buffer, drawing);
    return sequence === '' ? '' : sequence + wardrobe.wear(PLAIN);
  };
  const inactive = active === alt ? '' : saved(alt);
  return (
    (inactive === '' ? '' : `\x1b[?1047h${inactive}\x1b[?1047l`) +
    draw(normal) +
    // its cursor counts when the number of rows changes
    (active === alt ? `\x1b[${normal.y + 1};1H\x1b[?1047h${draw(alt)}` : '') +
    modes(core) +
    extra.restore() +
    cursor(active, drawing)
  );
}

function tabs(buffer: ScreenBuffer, columns: number): string {
  const set = Object.keys(buffer.tabs)
    .map(Number)
    .filter((column) => column < columns);
  const usual = Array.from({ length: Math.ceil(columns / 8) }, (_, i) => i * 8);
  if (set.length === usual.length && set.every((column, i) => column === usual[i])) return '';
  return `\x1b[3g${set.map((column) => `\x1b[${column + 1}G\x1bH`).join('')}`;
}

function margins(buffer: ScreenBuffer, rows: number): string {
  return buffer.scrollTop === 0 && buffer.scrollBottom === rows - 1
    ? ''
    : `\x1b[${buffer.scrollTop + 1};${buffer.scrollBottom + 1}r`;
}
