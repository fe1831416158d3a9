import type { RecordingRow } from '#/contract/rows.js';
import { useServices } from '../../context.js';
import { QuestionDialog } from '../question/question-dialog.js';
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
  const services = useServices();
  const words = KEEP_WORDS[kind];
  return (
    <QuestionDialog
      screen="keepRecording"
      title={words.title}
      what={words.question(recording)}
      verb={words.verb}
      field={{ label: 'Reason', limit: 200, missing: 'Type a reason: it is kept in the audit.' }}
      act={(why) =>
        kind === 'delete'
          ? services.deleteRecording(recording.id, why)
          : services.holdRecording(recording.id, kind === 'hold', why)
      }
      done={`The recording of ${recording.user} on ${recording.account} ${words.done}.`}
      onDone={onDone}
      onClose={onClose}
    />
  );
}
