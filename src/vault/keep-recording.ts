import { failure, oneLine } from '#/domain/failure.js';
import { deletionText, holdText, NOT_PROVEN } from '#/domain/keeping.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { Records } from './records/records.js';
import type { RecordedSession } from './records/sessions.js';
import { aboutSession } from './session-life.js';
import type { Doer, Vault } from './vault.js';

type Books = Pick<Vault, 'journal' | 'now'>;

/**
 * Deletes a recording that came to its safe and is not on hold: its key is destroyed, so that no copy can be opened, and
 * the recorder removes the file. Its heads stay, and so does what the audit says of it.
 */
export async function deleteRecording(
  { journal, now }: Books,
  records: Records,
  recording: RecordedSession,
  doer: Doer,
  reason: string,
): Promise<Outcome<{ readonly value: null }>> {
  const { hold, deletion, stored } = recording.recording;
  if (deletion !== null) return failed(failure('RECORDING_DELETED', deletionText(deletion)));
  if (hold !== null) return failed(failure('RECORDING_HELD', holdText(hold)));
  if (stored !== 'safe') return failed(failure('RECORDING_NOT_STORED', NOT_PROVEN));
  const shredded = await records.sessions.removeRecordingKey(recording.id);
  await records.sessions.changeRecording(recording.id, {
    stored: 'deleted',
    deletion: { by: doer.actor, at: now(), reason, gone: false },
  });
  await journal.append(records.audit, {
    ...aboutSession(recording),
    ...doer,
    action: 'recordingDeleted',
    outcome: 'ok',
    safe: recording.recordingSafe,
    detail: `of ${recording.user}; ${shredded ? 'its key is destroyed' : "it has no key of its own: copies open with the safe's"}; ${oneLine(reason)}`,
  });
  return done({ value: null });
}

/** Puts a recording on hold, or releases it (`reason` of the hold null). */
export async function holdRecording(
  { journal, now }: Books,
  records: Records,
  recording: RecordedSession,
  doer: Doer,
  { held, reason }: { readonly held: boolean; readonly reason: string },
): Promise<Outcome<{ readonly value: null }>> {
  const { hold, deletion } = recording.recording;
  if (deletion !== null) return failed(failure('RECORDING_DELETED', deletionText(deletion)));
  if (held === (hold !== null))
    return failed(
      failure('BAD_INPUT', hold === null ? 'it is not on hold' : `it is on hold ${holdText(hold)}`),
    );
  await records.sessions.changeRecording(recording.id, {
    hold: held ? { by: doer.actor, at: now(), reason } : null,
  });
  await journal.append(records.audit, {
    ...aboutSession(recording),
    ...doer,
    action: 'recordingHeld',
    outcome: 'ok',
    safe: recording.recordingSafe,
    detail: `${held ? 'held' : 'released'}: ${oneLine(reason)}`,
  });
  return done({ value: null });
}
