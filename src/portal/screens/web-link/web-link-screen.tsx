import type { RecordingRow } from '#/contract/rows.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import type { WebLink } from '../../services.js';
import { webLinkLines } from './web-link-view.js';

export function WebLinkScreen({
  recording,
  link,
}: {
  readonly recording: RecordingRow;
  readonly link: WebLink;
}) {
  const { state: portal } = usePortal();
  const room = useRoom();
  const { sign } = useTheme();
  const back = (): void => portal.dispatch({ type: 'back' });
  useKeys('webLink', { 'dialog.enter': back, 'dialog.cancel': back });
  return <Lines lines={webLinkLines({ recording, link, room, sign })} />;
}
