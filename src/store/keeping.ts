import { sql, type Transaction } from 'kysely';
import type { SessionId } from '#/domain/ids.js';
import type { SessionRecords } from '#/vault/records/sessions.js';
import type { FixedQueries } from './fixed-query.js';
import { insertion } from './fixed-writes.js';
import { recordedOf, recordedSessions } from './recorded-session.js';
import type { Tables } from './tables.js';

type Here =
  | 'expiredRecordings'
  | 'leavingRecordings'
  | 'recordingKey'
  | 'putRecordingKey'
  | 'removeRecordingKey';

const addKey = insertion('recording_keys');

/** How long recordings are kept, and the keys that they are lost with. */
export function keepingRecords(db: Transaction<Tables>, fixed: FixedQueries): Pick<SessionRecords, Here> {
  return {
    async expiredRecordings(safe, before, { proven, most }) {
      const damaged = '%"state":"damaged"%';
      const rows = await recordedSessions(db)
        .where((where) =>
          proven
            ? where('recordings.proof', 'not like', damaged)
            : where.or([where('recordings.proof', 'is', null), where('recordings.proof', 'like', damaged)]),
        )
        .where('recordings.stored', '=', 'safe')
        .where('recordings.hold', 'is', null)
        .where('sessions.recording_safe_id', '=', safe)
        .where('sessions.ended_at', '<', before)
        .orderBy('sessions.ended_at')
        .limit(most)
        .execute();
      return rows.map(recordedOf);
    },
    async leavingRecordings(most) {
      const rows = await recordedSessions(db)
        .where('recordings.stored', '=', sql.lit('deleted'))
        .where('recordings.deletion', 'like', '%"gone":false%')
        .limit(most)
        .execute();
      return rows.map(recordedOf);
    },
    async recordingKey(id) {
      const row = await db
        .selectFrom('recording_keys')
        .select('sealed')
        .where('recording_id', '=', id)
        .executeTakeFirst();
      return row === undefined ? null : Buffer.from(row.sealed);
    },
    async putRecordingKey(id: SessionId, sealed) {
      await addKey(fixed, { recording_id: id, sealed });
    },
    async removeRecordingKey(id) {
      const { numDeletedRows } = await db
        .deleteFrom('recording_keys')
        .where('recording_id', '=', id)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}
