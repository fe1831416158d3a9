import { useRef, useState } from 'react';
import type { RecordingRow } from '#/contract/rows.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { selectedItem } from '../../list.js';
import { listHandlers } from '../../list-keys.js';
import { useStore } from '../../store.js';
import { listHeight, listLines } from '../list-view.js';
import { KeepDialog } from './keep-dialog.js';
import { type KeepKind, keepKind } from './keep-recording.js';
import { useRecordingPages } from './recording-pages.js';
import {
  recordingCount,
  recordingDetails,
  recordingHeads,
  recordingLine,
  recordingSummary,
} from './recordings-view.js';

export function RecordingsScreen() {
  const { memory, state: portal, clock, failed, after } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const state = useStore(memory.recordings);
  const { refresh, more, unknown } = useRecordingPages(memory.recordings);
  const top = useRef(0);
  const [dialog, setDialog] = useState<{ readonly recording: RecordingRow; readonly kind: KeepKind } | null>(
    null,
  );
  const keep = (wish: 'hold' | 'delete') => (): void => {
    const recording = selectedItem(memory.recordings.now());
    if (recording === null) return;
    const kind = keepKind(recording, wish);
    if (typeof kind === 'string') setDialog({ recording, kind });
    else failed(kind);
  };
  const auditor = portal.now().person?.auditor ?? false;
  useKeys(
    'recordings',
    {
      ...listHandlers(memory.recordings, listHeight(room), () =>
        portal.dispatch({ type: 'go', route: { screen: 'leave' } }),
      ),
      'recording.replay': () => {
        const recording = selectedItem(memory.recordings.now());
        if (recording !== null) portal.dispatch({ type: 'go', route: { screen: 'replay', recording } });
      },
      'recording.search': () =>
        portal.dispatch({ type: 'go', route: { screen: 'search', among: memory.recordings.now().filter } }),
      'recording.web': () => {
        const recording = selectedItem(memory.recordings.now());
        if (recording === null) return;
        after(services.webLink(recording.id), (link) => {
          if (!link.ok) failed(link.failure);
          else portal.dispatch({ type: 'go', route: { screen: 'webLink', recording, link: link.value } });
        });
      },
      'recording.hold': keep('hold'),
      'recording.delete': keep('delete'),
      'list.refresh': refresh,
    },
    {
      text: (text) => memory.recordings.dispatch({ type: 'text', text }),
      active: dialog === null,
    },
  );
  if (dialog !== null) return <KeepDialog {...dialog} onClose={() => setDialog(null)} onDone={refresh} />;
  const view = listLines({
    state,
    room,
    top: top.current,
    sign,
    prompt: auditor ? 'type to find a recording, of anybody' : 'type to find one of your recordings',
    count: recordingCount(state, more, unknown),
    heads: recordingHeads,
    row: (item, columns) => recordingLine(item, columns, clock.now(), sign),
    nothing: 'No recordings yet: every session you open is recorded and appears here.',
    details: recordingDetails,
    summary: (item) => recordingSummary(item, sign),
  });
  top.current = view.top;
  return <Lines lines={view.lines} />;
}
