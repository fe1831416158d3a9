import { fit, fitEnd, shown, width } from '../text.js';
import { type Line, type Signs, span } from '../view.js';

export interface FieldView {
  readonly label: string;
  readonly labelColumns: number;
  /** What was typed; for a secret, how many characters. */
  readonly value: string | number;
  readonly here: boolean;
  readonly columns: number;
}

/** A field of a form: a pointer where one is, what was typed, and a cursor. */
export function fieldLine({ label, labelColumns, value, here, columns }: FieldView, sign: Signs): Line {
  const pointer = here ? `${sign('pointer')} ` : '  ';
  const text = typeof value === 'number' ? sign('hidden').repeat(value) : shown(value);
  const room = Math.max(4, columns - labelColumns - 5);
  const typed = fitEnd(text, Math.min(width(text), room), sign('more'));
  return [
    span(pointer, 'key'),
    span(fit(label, labelColumns), here ? 'strong' : 'quiet'),
    span('  '),
    span(typed, 'typed'),
    ...(here ? [span('_', 'key')] : []),
  ];
}
