import { useState } from 'react';
import type { RecordingRow } from '#/contract/rows.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { useTyped } from '../../typed.js';
import { actQuestion } from '../live/live-view.js';
import { KEEP_WORDS, type KeepKind } from './keep-recording.js';

/** Asks why, before a recording is put on hold, released or deleted. */
export function KeepDialog({
  recording,
  kind,
  onClose,
  onDone,
}: {
  readonly recording: RecordingRow;
  readonly kind: KeepKind;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const { state: portal, failed, after } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const reason = useTyped(200);
  const [busy, setBusy] = useState(false);
  const words = KEEP_WORDS[kind];
  const go = (): void => {
    const why = reason.now().trim();
    if (busy) return;
    if (why === '') return portal.dispatch({ type: 'notice', notice: REASON_MISSING });
    setBusy(true);
    const answer =
      kind === 'delete'
        ? services.deleteRecording(recording.id, why)
        : services.holdRecording(recording.id, kind === 'hold', why);
    after(answer, (outcome) => {
      if (outcome.ok) {
        const text = `The recording of ${recording.user} on ${recording.account} ${words.done}.`;
        portal.dispatch({ type: 'notice', notice: { tone: 'good', text } });
        onDone();
      } else failed(outcome.failure);
      onClose();
    });
  };
  useKeys(
    'keepRecording',
    { ...reason.handlers, 'dialog.enter': go, 'dialog.cancel': onClose },
    { text: reason.type },
  );
  return (
    <Lines
      lines={actQuestion(
        {
          title: words.title,
          what: words.question(recording),
          label: 'Reason',
          typed: reason.value,
          option: null,
          verb: words.verb,
        },
        room,
        sign,
      )}
    />
  );
}

const REASON_MISSING = {
  tone: 'warning',
  text: 'Type a reason: it is kept in the audit.',
} as const;
