import type { IBuffer, Terminal } from '@xterm/headless';
import type { TextLine } from '#/domain/tape-text.js';
import { createAllowance } from './allowance.js';
import { coreOf } from './internals.js';

/** What there was to be read on the screen, line by line, with its times on the tape. */
export interface Reading {
  /** Before output of that moment is taken in. */
  before(at: number): void;
  /** Gives what was read and not given yet; `still`: nothing came for so long that what stands counts as read, too. */
  give(still: boolean): void;
  /** Gives what is on the screen now, and everything that was not given yet. */
  flush(): void;
}

/** A picture counts as read when it stood for so many milliseconds. */
const READABLE = 1000;
/** Lines that are remembered, so that a picture gives only what is new on it. */
const REMEMBERED = 400;
/** So much is given at once. */
const BATCH = 32 * 1024;
/** A line that is left again within so many milliseconds is the same one, drawn again. */
const AGAIN = 1000;
/** A line over more rows is cut. */
const MOST_ROWS = 50;

/** Characters of text: what scrolled by faster than this is not kept for searching, and a line says so. */
const LINES = { most: 4 * 1024 * 1024, perSecond: 64 * 1024 };
/** Full-screen programs that redraw all the time fill no tape. */
const PICTURES = { most: 64 * 1024, perSecond: 512 };

export function readScreen(terminal: Terminal, give: (lines: readonly TextLine[]) => void): Reading {
  const lines = createAllowance(LINES);
  const pictures = createAllowance(PICTURES);
  const recent = new Map<string, number>();
  let batch: TextLine[] = [];
  let size = 0;
  let now = 0;
  let passedBy = 0;
  let changed = false;

  const { _inputHandler: handler, _bufferService: service } = coreOf(terminal);
  const lineFeed = handler.lineFeed.bind(handler);
  handler.lineFeed = () => {
    if (service.buffers.active === service.buffers.normal) left();
    return lineFeed();
  };

  return {
    before(at) {
      if (changed && at - now >= READABLE) picture();
      now = Math.max(now, at);
      changed = true;
    },
    give(still) {
      if (still && changed) picture();
      send();
    },
    flush() {
      if (changed) picture(true);
      passed();
      send();
    },
  };

  /** The cursor is about to leave its line. */
  function left(): void {
    if (!lines.has(now)) {
      passedBy += 1;
      return;
    }
    const buffer = terminal.buffer.active;
    const text = lineAt(buffer, buffer.baseY + buffer.cursorY);
    if (text === '') return;
    lines.take(text.length);
    const last = recent.get(text);
    if (last === undefined || now - last >= AGAIN) put(text);
    remember(text);
  }
  function picture(all = false): void {
    changed = false;
    if (!pictures.has(now)) return;
    const buffer = terminal.buffer.active;
    const cursor = buffer.baseY + buffer.cursorY;
    for (let row = buffer.baseY; row < buffer.baseY + terminal.rows; row += 1) {
      if (buffer.getLine(row)?.isWrapped === true) continue;
      const text = lineAt(buffer, row);
      // what is being typed is not finished
      const typing = !all && buffer.type === 'normal' && row === cursor;
      if (text === '' || typing || recent.has(text)) continue;
      pictures.take(text.length);
      put(text);
      remember(text);
    }
  }
  function put(text: string): void {
    passed();
    batch.push({ at: now, kind: 'screen', text });
    size += text.length;
    if (size >= BATCH) send();
  }
  function passed(): void {
    if (passedBy === 0) return;
    const text = `${passedBy} lines went by too fast to be kept for searching`;
    passedBy = 0;
    batch.push({ at: now, kind: 'marker', text });
  }
  function remember(text: string): void {
    recent.delete(text);
    recent.set(text, now);
    const [oldest] = recent.keys();
    if (recent.size > REMEMBERED && oldest !== undefined) recent.delete(oldest);
  }
  function send(): void {
    if (batch.length === 0) return;
    give(batch);
    batch = [];
    size = 0;
  }
}

/** The whole line that the row is of, without blanks at its end. */
function lineAt(buffer: IBuffer, row: number): string {
  let first = row;
  while (first > 0 && row - first < MOST_ROWS && buffer.getLine(first)?.isWrapped === true) first -= 1;
  let text = '';
  for (let at = first; at - first <= 2 * MOST_ROWS; at += 1) {
    const on = buffer.getLine(at + 1)?.isWrapped === true;
    text += buffer.getLine(at)?.translateToString(!on) ?? '';
    if (!on) break;
  }
  return text.trimEnd();
}
