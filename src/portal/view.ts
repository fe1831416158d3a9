import { fit, width, wrap } from './text.js';
import type { Look, Sign, Token } from './theme.js';

/** Text of one look. Screens are lines of spans: values, that are compared and tested without a terminal. */
export interface Span {
  readonly text: string;
  readonly look?: Token;
  /** A look from a recording, in place of a token. */
  readonly picture?: Look;
}
export type Line = readonly Span[];
export type Signs = (sign: Sign) => string;

export function span(text: string, look?: Token): Span {
  return look === undefined ? { text } : { text, look };
}

export const EMPTY: Line = [];

export function lineWidth(line: Line): number {
  return line.reduce((sum, one) => sum + width(one.text), 0);
}

/** Whether two lines look the same. */
export function sameLine(a: Line, b: Line): boolean {
  if (a === b) return true;
  return a.length === b.length && a.every((one, place) => sameSpan(one, b[place]));
}

function sameSpan(a: Span, b: Span | undefined): boolean {
  return (
    b !== undefined && a.text === b.text && a.look === b.look && samePicture(a.picture ?? {}, b.picture ?? {})
  );
}

function samePicture(a: Look, b: Look): boolean {
  const keys = Object.keys(a) as (keyof Look)[];
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/** A line of exactly so many columns. */
export function fitLine(line: Line, columns: number, mark = '…'): Line {
  const fitted: Span[] = [];
  let left = columns;
  for (const one of line) {
    const wide = width(one.text);
    if (wide <= left) {
      fitted.push(one);
      left -= wide;
      continue;
    }
    fitted.push({ ...one, text: fit(one.text, left, mark) });
    return fitted;
  }
  return left > 0 ? [...fitted, span(' '.repeat(left))] : fitted;
}

/** Something on the left and something on the right; the left gives way. */
export function spread(left: Line, right: Line, columns: number, mark = '…'): Line {
  const room = columns - lineWidth(right);
  return room < 4 ? fitLine(left, columns, mark) : [...fitLine(left, room, mark), ...right];
}

/** The whole line in one look: how a selection is seen, beside its pointer. */
export function inOneLook(line: Line, look: Token): Line {
  return [span(line.map((one) => one.text).join(''), look)];
}

/** A sentence over as many lines as it needs. */
export function paragraph(text: string, columns: number, look?: Token): readonly Line[] {
  return wrap(text, columns).map((part) => [span(part, look)]);
}

/** Lines in a frame with a title, as wide as they need, up to `columns`. */
export function framed(title: string, lines: readonly Line[], columns: number, sign: Signs): readonly Line[] {
  const widest = Math.max(width(title) + 2, ...lines.map(lineWidth));
  const inner = Math.max(1, Math.min(widest, columns - 4));
  const rule = sign('rule');
  const side = span(sign('column'), 'quiet');
  const [topLeft, topRight, bottomLeft, bottomRight] =
    rule === '─' ? ['╭', '╮', '╰', '╯'] : ['+', '+', '+', '+'];
  const named = fit(title, Math.min(width(title), inner - 2), sign('more'));
  return [
    [
      span(`${topLeft}${rule} `, 'quiet'),
      span(named, 'title'),
      span(` ${rule.repeat(Math.max(0, inner - 1 - width(named)))}${topRight}`, 'quiet'),
    ],
    ...lines.map((line): Line => [side, span(' '), ...fitLine(line, inner, sign('more')), span(' '), side]),
    [span(`${bottomLeft}${rule.repeat(inner + 2)}${bottomRight}`, 'quiet')],
  ];
}

/** Lines in the middle of the room. */
export function centered(
  lines: readonly Line[],
  room: { readonly columns: number; readonly rows: number },
): readonly Line[] {
  const widest = Math.max(0, ...lines.map(lineWidth));
  const margin = span(' '.repeat(Math.max(0, Math.floor((room.columns - widest) / 2))));
  const above = Math.max(0, Math.floor((room.rows - lines.length) / 2));
  return [...Array.from({ length: above }, () => EMPTY), ...lines.map((line) => [margin, ...line])];
}

/** One choice a line, the marked one with a pointer. */
export function choices(labels: readonly string[], marked: number, sign: Signs): readonly Line[] {
  return labels.map((label, place) =>
    place === marked ? [span(`${sign('pointer')} ${label} `, 'selected')] : [span(`  ${label} `)],
  );
}

/** A label and what belongs to it, the labels in one column. */
export function labelled(
  rows: readonly (readonly [label: string, value: string, look?: Token])[],
  columns: number,
): readonly Line[] {
  const margin = Math.max(0, ...rows.map(([label]) => width(label))) + 2;
  return rows.flatMap(([label, value, look]) =>
    wrap(value, columns - margin).map(
      (part, place): Line => [span(fit(place === 0 ? label : '', margin), 'quiet'), span(part, look)],
    ),
  );
}
