import type { SearchedRow, SearchPage } from '#/contract/search-calls.js';
import { done, type Outcome } from '#/domain/outcome.js';
import type { RecordingFilter } from '#/domain/recording-filter.js';
import { textKeyOf } from '#/recorder/tape-key.js';
import { keyOfRecording } from './content-key.js';
import { placeOf, visibleTo } from './find-recordings.js';
import type { User } from './records/people.js';
import type { Records } from './records/records.js';
import type { RecordedSession } from './records/sessions.js';
import { recordingRow } from './rows.js';
import type { Vault } from './vault.js';

/** Keys cost time, and other questions wait for it: so many recordings at once. */
const PAGE = 150;
/** And so many places of text, so that a page fits into a frame. */
const MOST_PLACES = 5000;

/** The next recordings that somebody (null: the console) may search, newest first, with the keys of their text. */
export async function findSearchable(
  vault: Vault,
  records: Records,
  user: User | null,
  { filter, after }: { readonly filter: RecordingFilter; readonly after: string | null },
): Promise<Outcome<{ readonly value: SearchPage; readonly blob: Buffer }>> {
  const found = await records.sessions.recordings({
    filter,
    visible: user === null ? 'all' : await visibleTo(vault, records, user),
    after: after === null ? null : await placeOf(records, after),
    limit: PAGE,
    now: vault.now(),
  });
  const rows: SearchedRow[] = [];
  const keys: Buffer[] = [];
  let [left, places, seen] = [0, 0, 0];
  for (const recording of found) {
    places += recording.recording.text?.length ?? 0;
    if (places > MOST_PLACES && seen > 0) break;
    seen += 1;
    const key = await searchKey(vault, records, recording);
    if (key === null) left += 1;
    else {
      rows.push({ row: recordingRow(recording), text: textOf(recording) });
      keys.push(key);
    }
  }
  const blob = Buffer.concat(keys);
  for (const key of keys) key.fill(0);
  const more = seen < found.length || found.length === PAGE;
  return done({ value: { rows, left, after: more ? (found[seen - 1]?.id ?? null) : null }, blob });
}

/** What is not stored yet grows, and has not told where its text is. */
function textOf({ recording }: RecordedSession): SearchedRow['text'] {
  return recording.stored === 'spool' ? 'growing' : recording.text;
}

/** Of its text where it has such; else of the whole tape. Null: it is deleted, or has no known key. */
async function searchKey(vault: Vault, records: Records, recording: RecordedSession): Promise<Buffer | null> {
  const { stored, ephemeral } = recording.recording;
  if (stored === 'deleted' || ephemeral === null) return null;
  const key = await keyOfRecording(vault, records, recording, Buffer.from(ephemeral, 'base64'));
  if (!key.ok) return null;
  if (textOf(recording) === null) return key.value;
  const ofText = textKeyOf(key.value);
  key.value.fill(0);
  return ofText;
}
