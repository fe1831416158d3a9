import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { findRecordings } from '../find-recordings.js';
import { recordingRow } from '../rows.js';
import type { Handlers, Vault } from '../vault.js';
import { recordingOf } from './replay.js';

export function adminRecordingCalls(
  vault: Vault,
): Handlers<'admin.recordings.list' | 'admin.recordings.show'> {
  return {
    'admin.recordings.list': (page) =>
      vault.store.transaction(async (records) => {
        const found = await findRecordings(vault, records, null, page);
        return found.ok ? done({ value: found.value }) : found;
      }),
    'admin.recordings.show': ({ recordingId }) =>
      vault.store.transaction(async (records) => {
        const recording = await recordingOf(records, recordingId);
        if (recording === null) return failed(failure('NOT_FOUND', `Recording ${recordingId}`));
        return done({
          value: { ...recordingRow(recording), heads: await records.sessions.heads(recording.id) },
        });
      }),
  };
}
