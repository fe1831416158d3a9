import type { Failure } from '#/domain/failure.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { shown } from '../../text.js';
import { centered, EMPTY, framed, paragraph, span } from '../../view.js';

/** The portal is not open, and why. It opens by itself when it can. */
export function UnavailableScreen({ failure }: { readonly failure: Failure }) {
  const { leave } = usePortal();
  const room = useRoom();
  const { sign } = useTheme();
  useKeys('unavailable', { 'form.leave': leave });
  const inner = Math.max(20, Math.min(66, room.columns - 4));
  const lines = [
    ...paragraph(shown(failure.message), inner, 'bad'),
    ...paragraph(shown(failure.next), inner),
    EMPTY,
    ...paragraph(
      'Trying again by itself, every two seconds. Sessions that run are not touched.',
      inner,
      'quiet',
    ),
    [span(failure.code, 'quiet')],
  ];
  return <Lines lines={centered(framed('Portal unavailable', lines, room.columns, sign), room)} />;
}
