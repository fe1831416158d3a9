import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { deleteRecording, holdRecording } from '../keep-recording.js';
import { metricsOf } from '../metrics.js';
import type { Records } from '../records/records.js';
import type { RecordedSession } from '../records/sessions.js';
import { CONSOLE, type Handlers, type Vault } from '../vault.js';
import { recordingOf } from './replay.js';

type Names =
  | 'admin.recordings.hold'
  | 'admin.recordings.release'
  | 'admin.recordings.delete'
  | 'admin.metrics'
  | 'recording.leaving'
  | 'recording.removed';

/** Files that the recorder is told of at once. */
const MOST_LEAVING = 1000;

/** How long recordings are kept, and how they go. */
export function keepingCalls(vault: Vault): Handlers<Names> {
  const { store } = vault;
  const about = (
    recordingId: string,
    work: (records: Records, recording: RecordedSession) => Promise<Outcome<{ readonly value: null }>>,
  ): Promise<Outcome<{ readonly value: null }>> =>
    store.transaction(async (records) => {
      const recording = await recordingOf(records, recordingId);
      return recording === null
        ? failed(failure('NOT_FOUND', `Recording ${recordingId}`))
        : await work(records, recording);
    });
  return {
    'admin.recordings.hold': ({ recordingId, reason }) =>
      about(recordingId, (records, recording) =>
        holdRecording(vault, records, recording, CONSOLE, { held: true, reason }),
      ),
    'admin.recordings.release': ({ recordingId, reason }) =>
      about(recordingId, (records, recording) =>
        holdRecording(vault, records, recording, CONSOLE, { held: false, reason }),
      ),
    'admin.recordings.delete': async ({ recordingId, reason }) => {
      const deleted = await about(recordingId, (records, recording) =>
        deleteRecording(vault, records, recording, CONSOLE, reason),
      );
      if (deleted.ok) await store.forget();
      return deleted;
    },
    'admin.metrics': async () => done({ value: await metricsOf(vault) }),
    'recording.leaving': () =>
      store.transaction(async (records) =>
        done({
          value: (await records.sessions.leavingRecordings(MOST_LEAVING)).map(({ id, recordingSafe }) => ({
            recordingId: id,
            recordingSafe,
          })),
        }),
      ),
    'recording.removed': ({ recordingId }) =>
      about(recordingId, async (records, { id, recording: { deletion } }) => {
        if (deletion === null) return failed(failure('BAD_INPUT', 'that recording was not deleted'));
        await records.sessions.changeRecording(id, { deletion: { ...deletion, gone: true } });
        return done({ value: null });
      }),
  };
}
