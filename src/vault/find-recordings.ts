import type { CallArgs } from '#/contract/calls.js';
import type { RecordingRow } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { parseId } from '#/domain/ids.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { mayMonitor } from '#/policy/oversight.js';
import { subjectOf } from './persons.js';
import type { User } from './records/people.js';
import type { Records } from './records/records.js';
import type { RecordingQuery } from './records/sessions.js';
import { MOST_ROWS, recordingRow } from './rows.js';
import type { Vault } from './vault.js';

type Page = CallArgs<'admin.recordings.list'>;

/** One page of the recordings that somebody may see: the console (null) all of them. */
export async function findRecordings(
  vault: Vault,
  records: Records,
  user: User | null,
  { filter = {}, after, limit = MOST_ROWS }: Page,
): Promise<Outcome<readonly RecordingRow[]>> {
  const start = after === undefined ? null : await placeOf(records, after);
  if (after !== undefined && start === null)
    return failed(failure('NOT_FOUND', 'The recording to go on after'));
  const found = await records.sessions.recordings({
    filter,
    visible: user === null ? 'all' : await visibleTo(vault, records, user),
    after: start,
    limit,
    now: vault.now(),
  });
  return done(found.map(recordingRow));
}

/**
 * His own, and those whose safes let him: what policy says is asked once for each pair of safes that was recorded to, so that the
 * database itself can leave out what he may not see.
 */
export async function visibleTo(
  vault: Vault,
  records: Records,
  user: User,
): Promise<RecordingQuery['visible']> {
  const pairs = await records.sessions.safePairs();
  const members = new Map<string, ReturnType<Records['safes']['memberships']>>();
  const membersOf = (id: (typeof pairs)[number]['safe']): ReturnType<Records['safes']['memberships']> => {
    const known = members.get(id) ?? records.safes.memberships(id);
    members.set(id, known);
    return known;
  };
  const verdicts = [];
  for (const pair of pairs) {
    const accountSafe = await membersOf(pair.safe);
    const recordingSafe = await membersOf(pair.recordingSafe);
    const question = { subject: subjectOf(user), ownerId: '', accountSafe, recordingSafe, now: vault.now() };
    verdicts.push({ pair, may: mayMonitor(question) });
  }
  if (verdicts.length > 0 && verdicts.every(({ may }) => may)) return 'all';
  return { owner: user.id, safes: verdicts.filter(({ may }) => may).map(({ pair }) => pair) };
}

export async function placeOf(records: Records, recordingId: string): Promise<RecordingQuery['after']> {
  const id = parseId('session', recordingId);
  const session = id === null ? null : await records.sessions.session(id);
  return session === null ? null : { startedAt: session.startedAt, id: session.id };
}
