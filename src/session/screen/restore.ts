import type { Terminal } from '@xterm/headless';
import { type CharsetNames, charsetName } from './charsets.js';
import { type Attributes, type Cell, type Core, coreOf, type ScreenBuffer } from './core.js';
import { drawBuffer } from './draw-buffer.js';
import { type ExtraModes } from './extra-modes.js';
import { background, laterUnderline, sgr } from './sgr.js';

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
  const draw = (buffer: ScreenBuffer): string =>
    drawBuffer(buffer, size, cell) +
    tabs(buffer, size.columns) +
    savedCursor(buffer, charsets) +
    margins(buffer, size.rows);
  return (
    draw(normal) +
    (active === alt ? `\x1b[?1047h${draw(alt)}` : '') +
    modes(core) +
    extra.restore() +
    cursor(core, active, size.columns, cell) +
    late(core, charsets)
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

function savedCursor(buffer: ScreenBuffer, charsets: CharsetNames): string {
  const { savedX, savedY, savedCurAttrData: look, savedCharset } = buffer;
  const charset = charsetName(charsets, savedCharset);
  if (savedX === 0 && savedY === 0 && look.fg === 0 && look.bg === 0 && charset === 'B') return '';
  return `\x1b[${savedY - buffer.ybase + 1};${savedX + 1}H${sgr(look)}${underlined(look)}${charset === 'B' ? '' : `\x1b(${charset}`}\x1b7\x1b[0m\x1b(B`;
}

/** The model saves that text is underlined, but not how. */
function underlined(look: Attributes): string {
  return look.isUnderline() !== 0 && look.getUnderlineStyle() === 0 ? '\x1b[4m' : '';
}

function margins(buffer: ScreenBuffer, rows: number): string {
  return buffer.scrollTop === 0 && buffer.scrollBottom === rows - 1
    ? ''
    : `\x1b[${buffer.scrollTop + 1};${buffer.scrollBottom + 1}r`;
}

const MOUSE: Readonly<Record<string, string>> = { X10: '9', VT200: '1000', DRAG: '1002', ANY: '1003' };
const ENCODING: Readonly<Record<string, string>> = { SGR: '1006', SGR_PIXELS: '1016' };
const CURSOR = { block: 1, underline: 3, bar: 5 } as const;

/** Modes that neither move the cursor nor change how text is drawn. */
function modes({ coreService, coreMouseService }: Core): string {
  const dec = coreService.decPrivateModes;
  const mouse = MOUSE[coreMouseService.activeProtocol];
  const encoding = ENCODING[coreMouseService.activeEncoding];
  const on = [
    dec.applicationCursorKeys && '1',
    dec.reverseWraparound && '45',
    dec.sendFocus && '1004',
    dec.bracketedPasteMode && '2004',
    mouse,
    encoding,
  ].filter((mode) => typeof mode === 'string');
  const style =
    dec.cursorStyle === undefined
      ? ''
      : `\x1b[${CURSOR[dec.cursorStyle] + (dec.cursorBlink === true ? 0 : 1)} q`;
  return (
    on.map((mode) => `\x1b[?${mode}h`).join('') +
    (dec.applicationKeypad ? '\x1b=' : '') +
    (coreService.isCursorHidden ? '\x1b[?25l' : '') +
    style
  );
}

/**
 * The cursor, and whether the next character wraps: that state comes from printing in the last column only, so what
 * stands before the cursor is printed again. A combining character that comes next then finds what it belongs to, too.
 */
function cursor(core: Core, buffer: ScreenBuffer, columns: number, cell: Cell): string {
  const origin = core.coreService.decPrivateModes.origin;
  const row = origin ? buffer.y - buffer.scrollTop + 1 : buffer.y + 1;
  const at = (column: number): string => `\x1b[${row};${column + 1}H`;
  const before = origin ? '\x1b[?6h' : '';
  const look = core._inputHandler._curAttrData;
  const current = sgr(look) + laterUnderline(look);
  const joins = core._inputHandler._parser.precedingJoinState !== 0;
  const line = buffer.lines.get(buffer.ybase + buffer.y);
  const printed = buffer.x >= columns || joins;
  if (!printed || line === undefined || buffer.x === 0) return before + at(buffer.x) + current;
  let start = Math.min(buffer.x, columns) - 1;
  if (start > 0 && line.loadCell(start, cell).getWidth() === 0) start -= 1;
  line.loadCell(start, cell);
  const width = Math.max(cell.getWidth(), 1);
  if (buffer.x < columns && (cell.getChars() === '' || start + width !== buffer.x))
    return before + at(buffer.x) + current;
  const chars = cell.getChars();
  const again = before + at(start) + (chars === '' ? `${background(cell)} ` : sgr(cell) + chars);
  // any sequence after it would forget what was printed, which must be so exactly if the model has forgotten it
  return joins && sgr(cell) === current ? again : again + current;
}

/** What changes how text is drawn comes when everything is drawn. */
function late({ coreService, _charsetService: service }: Core, charsets: CharsetNames): string {
  const names = [0, 1, 2, 3].map((g) => charsetName(charsets, service._charsets[g]));
  const designated = names.map((name, g) => (name === 'B' ? '' : `\x1b${'()*+'[g] ?? '('}${name}`)).join('');
  const shifted = ['', '\x0e', '\x1bn', '\x1bo'][service.glevel] ?? '';
  return (
    designated +
    shifted +
    (coreService.modes.insertMode ? '\x1b[4h' : '') +
    (coreService.decPrivateModes.wraparound ? '' : '\x1b[?7l')
  );
}
