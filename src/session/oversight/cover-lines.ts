import { oneLine } from '#/domain/failure.js';
import type { OversightState } from './oversight-state.js';

/** What is laid over the owner's picture, and whether the picture below stands still. */
export interface Cover {
  readonly texts: readonly string[];
  readonly still: boolean;
}

/** Characters of one text: what is longer is cut, so that something of the screen remains. */
const LONGEST = 1100;

/** Null: the owner sees the session itself. */
export function coverOf({ suspended, typing, messages, notes, company }: OversightState): Cover | null {
  const texts: string[] = [];
  if (company?.kind === 'waiting')
    texts.push(
      'This account takes four eyes: the session starts as soon as somebody who may watch it has joined. Ctrl-C gives up.',
    );
  if (company?.kind === 'alone')
    texts.push(
      `Frozen: nobody watches any more, and this account takes four eyes. It goes on when somebody joins, and ends at ${new Date(company.until).toISOString().slice(11, 19)} UTC.`,
    );
  if (typing !== null) texts.push(`${typing} has the keyboard: what you type does not reach the session.`);
  if (suspended !== null) {
    const still = suspended.frozen ? ' Its output is held back.' : '';
    texts.push(
      `Suspended by ${suspended.by}: ${suspended.reason} What you type does not reach the session.${still}`,
    );
  }
  for (const note of notes) texts.push(note.text);
  const [message] = messages;
  if (message !== undefined)
    texts.push(`Message from ${message.by}: ${message.text}`, 'Press Enter to take the message away.');
  if (texts.length === 0) return null;
  return {
    texts: texts.map((text) => oneLine(text, LONGEST)),
    still: suspended?.frozen === true || company?.kind === 'alone',
  };
}

/** A text in rows of so many columns, broken at spaces where there are any. */
export function rowsOf(text: string, columns: number): readonly string[] {
  const rows: string[] = [];
  let row = '';
  for (const word of text.split(/(?<= )/)) {
    if (row !== '' && cellsOf(row) + cellsOf(word.trimEnd()) > columns) {
      rows.push(row);
      row = '';
    }
    row += word;
    for (let cut = cutOf(row, columns); cut < row.length; cut = cutOf(row, columns)) {
      rows.push(row.slice(0, cut));
      row = row.slice(cut);
    }
  }
  return [...rows, row].map((one) => one.trimEnd()).filter((one) => one !== '');
}

/** Never too few: what is not ASCII counts as wide. */
export function cellsOf(text: string): number {
  let cells = 0;
  for (const character of text) cells += character < '\u0080' ? 1 : 2;
  return cells;
}

/** Where a row has to end at the latest. At least one character fits everywhere. */
function cutOf(text: string, columns: number): number {
  let at = 0;
  let cells = 0;
  for (const character of text) {
    cells += cellsOf(character);
    if (cells > columns && at > 0 && text.slice(at).trimEnd() !== '') return at;
    at += character.length;
  }
  return text.length;
}
