import { sql, type Transaction } from 'kysely';
import type { SafeId, SessionId } from '#/domain/ids.js';
import type { SessionRecords } from '#/vault/records/sessions.js';
import { type FixedQueries, fixedQuery } from './fixed-query.js';
import { change, insertion } from './fixed-writes.js';
import { recordedOf, recordedSessions, storedOf, written } from './recorded-session.js';
import { matching } from './recording-query.js';
import type { Tables } from './tables.js';
import { flag } from './values.js';

type Here =
  | 'recording'
  | 'recordings'
  | 'safePairs'
  | 'recordingIds'
  | 'pendingRecordings'
  | 'addRecording'
  | 'changeRecording'
  | 'addHead'
  | 'heads';

const byId = fixedQuery((db, given: { readonly id: string }) =>
  recordedSessions(db).where('sessions.id', '=', given.id),
);
// the word stands in the query, or SQLite does not see that its index of these will do
const pending = fixedQuery((db) => recordedSessions(db).where('recordings.stored', '=', sql.lit('spool')));
const headsOf = fixedQuery((db, given: { readonly id: string }) =>
  db.selectFrom('heads').selectAll().where('recording_id', '=', given.id).orderBy('n'),
);
const add = insertion('recordings');
const addHead = insertion('heads');
const changeOne = change('recordings', 'id');

export function recordingRecords(db: Transaction<Tables>, fixed: FixedQueries): Pick<SessionRecords, Here> {
  const selected = () =>
    recordedSessions(db).orderBy('sessions.started_at', 'desc').orderBy('sessions.id', 'desc');
  return {
    async recording(id) {
      const row = await fixed.first(byId, { id });
      return row === undefined ? null : recordedOf(row);
    },
    async recordings(query) {
      const rows = await selected()
        .where('recordings.stored', '<>', 'deleted')
        .where((eb) => matching(eb, query))
        .limit(query.limit)
        .execute();
      return rows.map(recordedOf);
    },
    async safePairs() {
      const rows = await db
        .selectFrom('sessions')
        .select(['safe_id', 'recording_safe_id'])
        .distinct()
        .execute();
      return rows.map((row) => ({
        safe: row.safe_id as SafeId,
        recordingSafe: row.recording_safe_id as SafeId,
      }));
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
        stored: storedOf(row.stored),
        live: row.state !== 'ended',
      }));
    },
    async pendingRecordings() {
      return (await fixed.rows(pending, {})).map(recordedOf).toSorted((a, b) => b.startedAt - a.startedAt);
    },
    async addRecording({ id, stored, bytes, segments, durationMs, complete, ephemeral, ...rest }) {
      await add(fixed, {
        id,
        stored,
        bytes,
        segments,
        duration_ms: durationMs,
        complete: complete === null ? null : flag(complete),
        ephemeral,
        text: written(rest.text),
        commands: rest.commands,
        transfers: rest.transfers,
        proof: written(rest.proof),
        hold: written(rest.hold),
        deletion: written(rest.deletion),
      });
    },
    async changeRecording(id, changed) {
      const {
        stored,
        bytes,
        segments,
        durationMs,
        complete,
        proof,
        hold,
        deletion,
        text,
        commands,
        transfers,
      } = changed;
      await changeOne(fixed, id, {
        ...(stored === undefined ? {} : { stored }),
        ...(text === undefined ? {} : { text: written(text) }),
        ...(commands === undefined ? {} : { commands }),
        ...(transfers === undefined ? {} : { transfers }),
        ...(bytes === undefined ? {} : { bytes }),
        ...(segments === undefined ? {} : { segments }),
        ...(durationMs === undefined ? {} : { duration_ms: durationMs }),
        ...(complete === undefined ? {} : { complete: complete === null ? null : flag(complete) }),
        ...(proof === undefined ? {} : { proof: written(proof) }),
        ...(hold === undefined ? {} : { hold: written(hold) }),
        ...(deletion === undefined ? {} : { deletion: written(deletion) }),
      });
    },
    async addHead({ recordingId, segments, head, final, at, signature }) {
      await addHead(fixed, { recording_id: recordingId, segments, head, final: flag(final), at, signature });
    },
    async heads(id) {
      const rows = await fixed.rows(headsOf, { id });
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
