import type { Failure } from '#/domain/failure.js';
import type { TerminalSize } from '#/domain/session.js';
import type { Enrolment } from '../../services.js';
import { shown, width } from '../../text.js';
import { centered, EMPTY, framed, type Line, paragraph, type Signs, span } from '../../view.js';
import { fieldLine } from '../form-view.js';

/** Columns for what stands beside the QR code. */
const BESIDE = 32;
const GAP = 2;

/** Room for a QR code, when the text has what it needs. */
export function qrRoom({ columns, rows }: TerminalSize): TerminalSize {
  return { columns: columns - BESIDE - GAP, rows };
}

export interface EnrolView {
  readonly enrolment: Enrolment | null;
  /** Null: there is no room for it. */
  readonly qr: readonly string[] | null;
  readonly typed: string;
  readonly busy: boolean;
  readonly refused: Failure | null;
  /** Nothing else may be done before it. */
  readonly forced: boolean;
  readonly room: TerminalSize;
  readonly sign: Signs;
}

export function enrolLines(view: EnrolView): readonly Line[] {
  const { enrolment, room, sign } = view;
  if (enrolment === null) return centered([[span('Asking the vault…', 'quiet')]], room);
  // half blocks are not in ASCII
  const qr = sign('rule') === '─' ? view.qr : null;
  if (qr === null) {
    const inner = Math.max(24, Math.min(60, room.columns - 4));
    return centered(framed('Second factor', steps(view, enrolment, null, inner), room.columns, sign), room);
  }
  const wide = Math.max(0, ...qr.map(width));
  const text = steps(view, enrolment, qr, Math.min(60, room.columns - wide - GAP));
  return Array.from({ length: Math.max(qr.length, text.length) }, (_, row) => [
    qr[row] === undefined ? span(' '.repeat(wide)) : span(qr[row], 'qr'),
    span(' '.repeat(GAP)),
    ...(text[row] ?? EMPTY),
  ]);
}

function steps(
  { typed, busy, refused, forced, sign }: EnrolView,
  { key, issuer, user }: Enrolment,
  qr: readonly string[] | null,
  inner: number,
): readonly Line[] {
  const title = qr === null ? [] : [[span('Second factor', 'title')], EMPTY];
  const why = forced ? [...paragraph('A group of yours requires one.', inner, 'warning'), EMPTY] : [];
  return [
    ...title,
    ...why,
    ...paragraph(
      qr === null
        ? `1 Give this key to an authenticator app. ${noQr(sign)}`
        : '1 Scan this with an authenticator app, or type the key:',
      inner,
    ),
    ...paragraph((key.match(/.{1,4}/g) ?? []).join(' '), inner, 'strong'),
    ...paragraph(`${shown(issuer)}, ${shown(user)}`, inner, 'quiet'),
    EMPTY,
    ...paragraph('2 Type the code that it shows:', inner),
    fieldLine({ label: 'Code', labelColumns: 5, value: typed, here: !busy, columns: inner }, sign),
    EMPTY,
    ...trouble(busy, refused, inner),
  ];
}

function noQr(sign: Signs): string {
  return sign('rule') === '─'
    ? '(The window is too small for a QR code: a larger one shows it.)'
    : '(This terminal cannot draw a QR code.)';
}

function trouble(busy: boolean, refused: Failure | null, inner: number): readonly Line[] {
  if (busy) return paragraph('Checking…', inner, 'quiet');
  return refused === null
    ? paragraph('Six digits, new every 30 seconds.', inner, 'quiet')
    : paragraph(
        `${shown(refused.message)} ${refused.code === 'CODE_REFUSED' ? "Try the next one; is the device's clock right?" : shown(refused.next)}`,
        inner,
        'bad',
      );
}

/** Two columns, so that they fit beside everything else that must be said. */
export function recoveryLines(codes: readonly string[], room: TerminalSize, sign: Signs): readonly Line[] {
  const inner = Math.max(24, Math.min(60, room.columns - 4));
  const half = Math.ceil(codes.length / 2);
  const rows = codes
    .slice(0, half)
    .map((code, row): Line => [span(`  ${code}   ${codes[row + half] ?? ''}`, 'strong')]);
  const lines = [
    ...paragraph(
      'When your authenticator is lost, each of these opens once in place of its code. They are not shown again: write them down now.',
      inner,
    ),
    EMPTY,
    ...rows,
    EMPTY,
    [span('Enter', 'key'), span(' I have written them down')],
  ];
  return centered(framed('Your recovery codes', lines, room.columns, sign), room);
}
