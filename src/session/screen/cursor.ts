import { type Cell, type Core, type ScreenBuffer } from '#/terminal/internals.js';
import { type CharsetNames, charsetName } from './charsets.js';
import {
  hasMore,
  isBackground,
  isConsistent,
  isUnderlined,
  type Look,
  lookOfCell,
  penOf,
  sameLook,
  word,
} from './look.js';
import { background, withoutUnderline } from './sgr.js';
import type { Wardrobe } from './wear.js';

export interface Drawing {
  readonly core: Core;
  readonly charsets: CharsetNames;
  readonly cell: Cell;
  readonly wardrobe: Wardrobe;
}

/** For a buffer whose cursor was never saved: nothing. */
export function savedCursor(buffer: ScreenBuffer, { charsets, wardrobe }: Drawing): string {
  const { savedX, savedY, savedCurAttrData: look, savedCharset } = buffer;
  const charset = charsetName(charsets, savedCharset);
  const flags = { fg: word(look.fg), bg: word(look.bg) };
  if (savedX === 0 && savedY === 0 && flags.fg === 0 && flags.bg === 0 && charset === 'B') return '';
  const letter = charset === 'B' ? ['', ''] : [`\x1b(${charset}`, '\x1b(B'];
  return `\x1b[${savedY + 1};${savedX + 1}H${wardrobe.flags(flags)}${letter[0]}\x1b7${letter[1]}`;
}

/**
 * Everything that comes when all is drawn: character sets, the modes that change how text is drawn, and the cursor. Whether
 * the next character wraps, and what a combining one would join, comes from printing only: what stands before the cursor is
 * printed again, as the very last thing, in all those modes.
 */
export function cursor(buffer: ScreenBuffer, drawing: Drawing): string {
  const { core, cell, wardrobe } = drawing;
  const { coreService } = core;
  const pen = penOf(core._inputHandler._curAttrData);
  const odd = !isConsistent(pen);
  const joins = core._inputHandler._parser.precedingJoinState >> 1;
  const insert = coreService.modes.insertMode ? '\x1b[4h' : '';
  const before = joins > 0 || odd || isRestoredCharset(core);
  const sets = designations(drawing);
  // what is odd about it was set by then, and would be lost
  const wear = (look: Look): string =>
    odd || !isConsistent(look) ? withoutUnderline(look) : wardrobe.again(look);
  const start =
    (before ? sets + restored(buffer, pen, drawing) : '') +
    (coreService.decPrivateModes.origin ? '\x1b[?6h' : '') +
    (coreService.decPrivateModes.wraparound ? '' : '\x1b[?7l');
  const end = (before ? '' : sets) + insert;
  const row = coreService.decPrivateModes.origin ? buffer.y - buffer.scrollTop : buffer.y;
  const to = (column: number): string => `\x1b[${row + 1};${column + 1}H`;
  const last = lastCell(buffer, joins, core.cols);
  if (last === null) return start + to(buffer.x) + wear(pen) + end;
  buffer.lines.get(buffer.ybase + buffer.y)?.loadCell(last, cell);
  const chars = cell.getChars();
  if (joins === 0) return start + to(last) + overEdge(buffer, wear, drawing) + wear(pen) + end;
  // inserting it again must push back what has to make room for it
  const room = insert !== '' && buffer.x < core.cols ? `${to(last)}\x1b[${joins}P` : '';
  return start + room + insert + to(last) + wear(pen) + chars;
}

/** What was erased under a cursor that stands behind it is erased again, which is possible for a whole row only. */
function overEdge(buffer: ScreenBuffer, wear: (look: Look) => string, { core, cell }: Drawing): string {
  const [look, chars] = [lookOfCell(cell), cell.getChars()];
  const line = buffer.lines.get(buffer.ybase + buffer.y);
  const ground = chars === '' && isBackground(look) && line !== undefined ? background(look) : null;
  for (let column = 0; ground !== null && column < core.cols; column += 1) {
    line?.loadCell(column, cell);
    if (cell.getChars() !== '' || cell.getWidth() !== 1 || !sameLook(lookOfCell(cell), look)) return ' ';
  }
  if (ground !== null) return `x${ground}\x1b[1K`;
  return wear(look) + (chars === '' ? ' ' : chars);
}

/** The column of the character that is to be printed again; null: none is. */
function lastCell(buffer: ScreenBuffer, joins: number, columns: number): number | null {
  if (joins > 0) return buffer.x - joins;
  if (buffer.x < columns) return null;
  return buffer.lines.get(buffer.ybase + buffer.y)?.getWidth(columns - 2) === 2 ? columns - 2 : columns - 1;
}

/** A cursor that was restored brought a character set and flags back with it: only restoring it does that again. */
function restored(buffer: ScreenBuffer, pen: Look, { core, wardrobe }: Drawing): string {
  const odd = !isConsistent(pen);
  if (!odd) return isRestoredCharset(core) ? '\x1b8' : '';
  const { fg, bg } = buffer.savedCurAttrData;
  const same = isUnderlined({ fg }) === isUnderlined(pen) && hasMore({ bg }) === hasMore(pen) ? '\x1b8' : '';
  const shift = isRestoredCharset(core) ? '' : (SHIFTS[core._charsetService.glevel] ?? '');
  return wardrobe.beyondFlags(pen) + same + withoutUnderline(pen) + shift;
}

function isRestoredCharset({ _charsetService: { charset, glevel, _charsets } }: Core): boolean {
  return charset !== _charsets[glevel];
}

const SHIFTS = ['\x0f', '\x0e', '\x1bn', '\x1bo'];

function designations({ core: { _charsetService: service }, charsets }: Drawing): string {
  const names = [0, 1, 2, 3].map((g) => charsetName(charsets, service._charsets[g]));
  const designated = names.map((name, g) => (name === 'B' ? '' : `\x1b${'()*+'[g] ?? '('}${name}`)).join('');
  return designated + (service.glevel === 0 ? '' : (SHIFTS[service.glevel] ?? ''));
}
