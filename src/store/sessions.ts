import type { Transaction } from 'kysely';
import type { HostKey } from '#/domain/host-key.js';
import type { SessionRecords } from '#/vault/records/sessions.js';
import { keepingRecords } from './keeping.js';
import { recordingRecords } from './recordings.js';
import { changeOf, rowOf, sessionOf } from './session-row.js';
import type { Tables } from './tables.js';

export function sessionRecords(db: Transaction<Tables>): SessionRecords {
  return {
    ...recordingRecords(db),
    ...keepingRecords(db),
    async session(id) {
      const row = await db.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : sessionOf(row);
    },
    async addSession(session) {
      await db.insertInto('sessions').values(rowOf(session)).execute();
    },
    async changeSession(id, change) {
      await db.updateTable('sessions').set(changeOf(change)).where('id', '=', id).execute();
    },
    async open() {
      return (
        await db
          .selectFrom('sessions')
          .selectAll()
          .where('state', '<>', 'ended')
          .orderBy('started_at')
          .execute()
      ).map(sessionOf);
    },
    async lastOfferedKey(user, account) {
      const row = await db
        .selectFrom('sessions')
        .select('offered_key')
        .where('user_id', '=', user)
        .where('account_id', '=', account)
        .orderBy('started_at', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row?.offered_key === undefined || row.offered_key === null
        ? null
        : (JSON.parse(row.offered_key) as HostKey);
    },
  };
}
