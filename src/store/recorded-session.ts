import type { Kysely } from 'kysely';
import type { SessionId } from '#/domain/ids.js';
import type { RecordedSession, StoredRecording } from '#/vault/records/sessions.js';
import { sessionOf } from './session-row.js';
import type { Tables } from './tables.js';

/** Sessions with their recordings. */
export function recordedSessions(db: Kysely<Tables>) {
  return db
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
      'recordings.hold',
      'recordings.deletion',
      'recordings.text',
      'recordings.commands',
      'recordings.transfers',
    ]);
}

type Row = Awaited<ReturnType<ReturnType<typeof recordedSessions>['executeTakeFirstOrThrow']>>;

export function recordedOf(row: Row): RecordedSession {
  return {
    ...sessionOf(row),
    recording: {
      id: row.id as SessionId,
      stored: storedOf(row.stored),
      bytes: row.bytes,
      segments: row.segments,
      durationMs: row.duration_ms,
      complete: row.complete === null ? null : row.complete === 1,
      ephemeral: row.ephemeral,
      proof: parsed(row.proof) as StoredRecording['proof'],
      hold: parsed(row.hold) as StoredRecording['hold'],
      deletion: parsed(row.deletion) as StoredRecording['deletion'],
      text: parsed(row.text) as StoredRecording['text'],
      commands: row.commands,
      transfers: row.transfers,
    },
  };
}

export function storedOf(text: string): StoredRecording['stored'] {
  return text === 'safe' || text === 'deleted' ? text : 'spool';
}

/** JSON, as it stands in a column. */
export function written(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}

function parsed(json: string | null): unknown {
  return json === null ? null : JSON.parse(json);
}
