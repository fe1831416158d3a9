import type { TerminalSize } from '#/domain/session.js';
import { scrollTop } from '../../list.js';
import { shown, width } from '../../text.js';
import { centered, EMPTY, fitLine, framed, type Line, paragraph, type Signs, span } from '../../view.js';
import { fieldLine } from '../form-view.js';
import { askedFields, type Field, type FormState } from './form-state.js';

export interface FormView {
  readonly title: string;
  /** What it is about, above the fields. */
  readonly intro: string | null;
  readonly fields: readonly Field[];
  readonly state: FormState;
  readonly room: TerminalSize;
  readonly sign: Signs;
}

/** A form in a frame. In a small window as many fields as there is room for, the one where one is among them. */
export function formLines({ title, intro, fields, state, room, sign }: FormView): readonly Line[] {
  const inner = Math.max(24, Math.min(72, room.columns - 4));
  const asked = askedFields(fields, state.values);
  const labelColumns = Math.max(0, ...asked.map(({ label }) => width(label)));
  const here = asked.findIndex(({ name }) => name === state.at);
  const lines = asked.map((field, place) => {
    const view = { label: field.label, labelColumns, here: place === here && !state.busy, columns: inner };
    return field.kind === 'choice'
      ? choiceLine(fieldLine({ ...view, here: false, value: '' }, sign), field, state, view.here, sign)
      : fieldLine({ ...view, value: valueOf(field, state) }, sign);
  });
  const words = below(asked[here], state, inner);
  const height = Math.max(1, room.rows - 3 - words.length);
  const above = intro === null ? [] : [...paragraph(shown(intro), inner), EMPTY];
  const head = above.length + lines.length <= height ? above : [];
  const top = scrollTop(0, Math.max(0, here), height, lines.length);
  const body = [...head, ...lines.slice(top, top + height), ...(lines.length > 0 ? [EMPTY] : []), ...words];
  return centered(
    framed(
      shown(title),
      body.map((line) => fitLine(line, inner, sign('more'))),
      room.columns,
      sign,
    ),
    room,
  );
}

function valueOf(field: Field, { values, lengths }: FormState): string | number {
  return field.kind === 'secret' ? (lengths[field.name] ?? 0) : (values[field.name] ?? '');
}

function choiceLine(plain: Line, field: Field, state: FormState, here: boolean, sign: Signs): Line {
  const [, label = span('')] = plain;
  return [
    span(here ? `${sign('pointer')} ` : '  ', 'key'),
    span(label.text, here ? 'strong' : 'quiet'),
    span('  '),
    ...(here ? [span('< ', 'key')] : []),
    span(shown(state.values[field.name] ?? ''), 'typed'),
    ...(here ? [span(' >', 'key')] : []),
  ];
}

/** What goes on, or what is wrong, or what belongs into the field. */
function below(field: Field | undefined, state: FormState, inner: number): readonly Line[] {
  if (state.busy) return paragraph('Asking the vault…', inner, 'quiet');
  if (state.refused !== null)
    return [
      ...paragraph(shown(state.refused.message), inner, 'bad'),
      ...paragraph(shown(state.refused.next), inner, 'quiet'),
    ];
  if (state.problem !== null) return paragraph(shown(state.problem), inner, 'bad');
  const how = field?.kind === 'choice' ? ' Left and Right choose.' : '';
  return paragraph(`${shown(field?.about ?? 'Enter goes on, Esc goes back.')}${how}`, inner, 'quiet');
}
