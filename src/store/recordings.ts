import type { Transaction } from 'kysely';
import type { SessionId } from '#/domain/ids.js';
import type { RecordedSession, SessionRecords, StoredRecording } from '#/vault/records/sessions.js';
import { sessionOf } from './session-row.js';
import type { Tables } from './tables.js';
import { flag } from './values.js';

type Here =
  | 'recording'
  | 'recordings'
  | 'recordingIds'
  | 'pendingRecordings'
  | 'addRecording'
  | 'changeRecording'
  | 'addHead'
  | 'heads';

export function recordingRecords(db: Transaction<Tables>): Pick<SessionRecords, Here> {
  const selected = () =>
    db
      .selectFrom('sessions')
      .innerJoin('recordings', 'recordings.id', 'sessions.id')
      .selectAll('sessions')
      .select([
        'recordings.stored',
        'recordings.bytes',
        'recordings.segments',
        'recordings.duration_ms',
        'recordings.complete',
        'recordings.ephemeral',
        'recordings.proof',
      ])
      .orderBy('sessions.started_at', 'desc');
  type Row = Awaited<ReturnType<ReturnType<typeof selected>['executeTakeFirstOrThrow']>>;
  const recordedOf = (row: Row): RecordedSession => ({
    ...sessionOf(row),
    recording: {
      id: row.id as SessionId,
      stored: row.stored === 'safe' ? 'safe' : 'spool',
      bytes: row.bytes,
      segments: row.segments,
      durationMs: row.duration_ms,
      complete: row.complete === null ? null : row.complete === 1,
      ephemeral: row.ephemeral,
      proof: row.proof === null ? null : (JSON.parse(row.proof) as StoredRecording['proof']),
    },
  });
  return {
    async recording(id) {
      const row = await selected().where('sessions.id', '=', id).executeTakeFirst();
      return row === undefined ? null : recordedOf(row);
    },
    async recordings(most, user) {
      const newest = selected().limit(most);
      const rows = await (user === undefined
        ? newest
        : newest.where('sessions.user_id', '=', user)
      ).execute();
      return rows.map(recordedOf);
    },
    async recordingIds(after, most) {
      const rows = await db
        .selectFrom('recordings')
        .innerJoin('sessions', 'sessions.id', 'recordings.id')
        .select(['recordings.id', 'recordings.stored', 'sessions.started_at', 'sessions.state'])
        .where('recordings.id', '>', after)
        .orderBy('recordings.id')
        .limit(most)
        .execute();
      return rows.map((row) => ({
        id: row.id as SessionId,
        startedAt: row.started_at,
        stored: row.stored === 'safe' ? 'safe' : 'spool',
        live: row.state !== 'ended',
      }));
    },
    async pendingRecordings() {
      return (await selected().where('recordings.stored', '<>', 'safe').execute()).map(recordedOf);
    },
    async addRecording({ id, stored, bytes, segments, durationMs, complete, ephemeral, proof }) {
      await db
        .insertInto('recordings')
        .values({
          id,
          stored,
          bytes,
          segments,
          duration_ms: durationMs,
          complete: complete === null ? null : flag(complete),
          ephemeral,
          proof: proof === null ? null : JSON.stringify(proof),
        })
        .execute();
    },
    async changeRecording(id, { stored, bytes, segments, durationMs, complete, proof }) {
      await db
        .updateTable('recordings')
        .where('id', '=', id)
        .set({
          ...(stored === undefined ? {} : { stored }),
          ...(bytes === undefined ? {} : { bytes }),
          ...(segments === undefined ? {} : { segments }),
          ...(durationMs === undefined ? {} : { duration_ms: durationMs }),
          ...(complete === undefined ? {} : { complete: complete === null ? null : flag(complete) }),
          ...(proof === undefined ? {} : { proof: proof === null ? null : JSON.stringify(proof) }),
        })
        .execute();
    },
    async addHead({ recordingId, segments, head, final, at, signature }) {
      await db
        .insertInto('heads')
        .values({ recording_id: recordingId, segments, head, final: flag(final), at, signature })
        .execute();
    },
    async heads(id) {
      const rows = await db
        .selectFrom('heads')
        .selectAll()
        .where('recording_id', '=', id)
        .orderBy('n')
        .execute();
      return rows.map((row) => ({
        recordingId: row.recording_id,
        segments: row.segments,
        head: row.head,
        final: row.final === 1,
        at: row.at,
        signature: row.signature,
      }));
    },
  };
}
