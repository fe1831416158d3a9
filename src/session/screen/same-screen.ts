import type { Terminal } from '@xterm/headless';
import { type Cell, type Core, coreOf, type ScreenBuffer } from '#/terminal/internals.js';
import { type Look, lookOfCell, penOf, sameLook, word } from './look.js';

/** The first thing by which two terminals of one size could be told apart, now or by anything that is written to both. */
export function difference(one: Terminal, other: Terminal): string | null {
  const [a, b] = [coreOf(one), coreOf(other)];
  const [now, then] = [stateOf(a), stateOf(b)];
  for (const [name, value] of Object.entries(now)) {
    const [x, y] = [JSON.stringify(value), JSON.stringify(then[name])];
    if (x !== y) return `${name}: ${x} ${y}`;
  }
  const cells = [one, other].map((terminal) => terminal.buffer.active.getNullCell() as unknown as Cell);
  const [cell, otherCell] = [cells[0], cells[1]];
  if (cell === undefined || otherCell === undefined) return null;
  for (const which of ['normal', 'alt'] as const) {
    const [x, y] = [a._bufferService.buffers[which], b._bufferService.buffers[which]];
    const found = cellDifference([x, cell], [y, otherCell]);
    if (found !== null) return `${which}: ${found}`;
  }
  return null;
}

/** All but the cells. What an inactive buffer's cursor is, is forgotten when it becomes active, but for its row. */
function stateOf(core: Core): Readonly<Record<string, unknown>> {
  const { _charsetService, coreService, coreMouseService, _inputHandler } = core;
  const { normal, alt, active } = core._bufferService.buffers;
  const { _parser: parser } = _inputHandler;
  return {
    buffer: active === alt ? 'alt' : 'normal',
    normal: bufferState(normal, core.cols),
    alt: bufferState(alt, core.cols),
    cursor: [active.x, active.y],
    row: normal.y,
    pen: lookState(penOf(_inputHandler._curAttrData)),
    charsets: [0, 1, 2, 3].map((g) => _charsetService._charsets[g] ?? null),
    charset: [_charsetService.charset ?? null, _charsetService.glevel],
    modes: { ...coreService.decPrivateModes, synchronizedOutput: null },
    others: [coreService.modes.insertMode, coreService.isCursorHidden, core.options.convertEol],
    mouse: [coreMouseService.activeProtocol, coreMouseService.activeEncoding],
    joins: parser.precedingJoinState >> 1,
    sequence: [parser.currentState, ...(parser.currentState === 0 ? [] : sequence(core))],
  };
}

function sequence({ _inputHandler: { _parser: parser } }: Core): readonly unknown[] {
  const { _oscParser: osc, _dcsParser: dcs } = parser;
  const begun = [parser._collect, parser._params.toArray()];
  if (parser.currentState === OSC) return [osc._state, osc._id, osc._active.map(({ _data }) => _data)];
  if (parser.currentState === PASSTHROUGH) return [dcs._ident, dcs._active.map(({ _data }) => _data)];
  return parser.currentState === STRING ? [] : begun;
}

const STRING = 7;
const OSC = 8;
const PASSTHROUGH = 13;

function bufferState(buffer: ScreenBuffer, columns: number): unknown {
  const { savedCurAttrData: look } = buffer;
  return [
    [buffer.ybase, buffer.lines.length, buffer.lines.maxLength],
    [buffer.scrollTop, buffer.scrollBottom],
    Object.keys(buffer.tabs).filter((column) => Number(column) < columns),
    // restored, both are the last column
    [
      Math.min(buffer.savedX, columns - 1),
      buffer.savedY,
      word(look.fg),
      word(look.bg),
      buffer.savedCharset ?? null,
    ],
  ];
}

/** Where a link leads is not seen, and forgotten now and then. */
function lookState(look: Look): Look {
  return { ...look, link: look.link === 0 ? 0 : 1 };
}

type Side = readonly [buffer: ScreenBuffer, cell: Cell];

function cellDifference([buffer, cell]: Side, [otherBuffer, otherCell]: Side): string | null {
  for (let row = 0; row < buffer.lines.length; row += 1) {
    const [line, otherLine] = [buffer.lines.get(row), otherBuffer.lines.get(row)];
    if (line?.length !== otherLine?.length || line?.isWrapped !== otherLine?.isWrapped)
      return `row ${row}: ${line?.isWrapped} ${otherLine?.isWrapped}`;
    for (let column = 0; column < (line?.length ?? 0); column += 1) {
      line?.loadCell(column, cell);
      otherLine?.loadCell(column, otherCell);
      if (!sameCell(cell, otherCell)) return `row ${row} column ${column}`;
    }
  }
  return null;
}

function sameCell(cell: Cell, other: Cell): boolean {
  return (
    cell.getWidth() === other.getWidth() &&
    cell.getChars() === other.getChars() &&
    sameLook(lookState(lookOfCell(cell)), lookState(lookOfCell(other)))
  );
}
