import { failure } from '#/domain/failure.js';
import { failed } from '#/domain/outcome.js';
import type { Permission } from '#/domain/permission.js';
import { missingText } from '#/policy/explain.js';
import { holds, overseer } from '../access.js';
import { deleteRecording, holdRecording } from '../keep-recording.js';
import { type Person, withPerson } from '../persons.js';
import type { RecordedSession } from '../records/sessions.js';
import type { Answer, Handlers, Vault } from '../vault.js';
import { recordingOf } from './replay.js';

type Names = 'person.recording.delete' | 'person.recording.hold';

/** Holding and deleting recordings, for who may in their recording safe. */
export function personRecordingCalls(vault: Vault): Handlers<Names> {
  return {
    'person.recording.delete': async ({ ticket, recordingId, reason }, asking) => {
      const deleted = await withPerson<'person.recording.delete'>(vault, { ticket, asking }, (person) =>
        withRight(vault, person, recordingId, 'deleteAccounts', (recording) =>
          deleteRecording(vault, person.records, recording, person.about, reason),
        ),
      );
      if (deleted.ok) await vault.store.forget();
      return deleted;
    },
    'person.recording.hold': ({ ticket, recordingId, reason, held }, asking) =>
      withPerson<'person.recording.hold'>(vault, { ticket, asking }, (person) =>
        withRight(vault, person, recordingId, 'manageSafe', (recording) =>
          holdRecording(vault, person.records, recording, person.about, { held, reason }),
        ),
      ),
  };
}

/** Who may not see a recording does not learn that there is one. */
async function withRight(
  vault: Vault,
  { records, user, about }: Person,
  recordingId: string,
  permission: Permission,
  work: (recording: RecordedSession) => Promise<Answer<Names>>,
): Promise<Answer<Names>> {
  const recording = await recordingOf(records, recordingId);
  if (recording === null) return failed(failure('NOT_FOUND', 'That recording'));
  if (await holds(vault, records, user, recording.recordingSafeId, permission)) return await work(recording);
  const because = missingText([permission], recording.recordingSafe);
  await vault.journal.append(records.audit, {
    ...about,
    action: 'rightMissing',
    outcome: 'failure',
    safe: recording.recordingSafe,
    sessionId: recording.id,
    code: 'DENIED',
    detail: because,
  });
  return failed(
    (await overseer(vault, records, user)(recording))
      ? failure('DENIED', because)
      : failure('NOT_FOUND', 'That recording'),
  );
}
