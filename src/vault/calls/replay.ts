import { type Failure, failure } from '#/domain/failure.js';
import { parseId } from '#/domain/ids.js';
import { deletionText } from '#/domain/keeping.js';
import { done, failed } from '#/domain/outcome.js';
import { overseer } from '../access.js';
import { keyOfRecording } from '../content-key.js';
import { followSession, unfollow } from '../follow-session.js';
import { META } from '../keyring.js';
import { withPerson } from '../persons.js';
import type { User } from '../records/people.js';
import type { Records } from '../records/records.js';
import type { RecordedSession } from '../records/sessions.js';
import { type RedeemedReplays, redeemedReplays } from '../redeemed-replays.js';
import { recordingRow } from '../rows.js';
import { aboutSession } from '../session-life.js';
import { signList } from '../sign-list.js';
import { type Answer, type Asking, CONSOLE, type Doer, type Handlers, type Vault } from '../vault.js';
import { viewerOf } from './watch.js';

type Names =
  | 'person.replay'
  | 'admin.recordings.replay'
  | 'replay.redeem'
  | 'replay.key'
  | 'replay.goesOn'
  | 'replay.over';

/** Replay permits, and the key of one recording against one of them. */
export function replayCalls(vault: Vault): Handlers<Names> {
  const { store, permits } = vault;
  const opened = redeemedReplays(vault.now);
  return {
    'person.replay': ({ ticket, recordingId, purpose = 'play' }, asking) =>
      withPerson<'person.replay'>(vault, { ticket, asking }, async ({ records, user, about }) => {
        const recording = await recordingOf(records, recordingId);
        if (recording === null || !(await overseer(vault, records, user)(recording)))
          return failed(failure('NOT_FOUND', 'That recording'));
        return await allowReplay(vault, { records, about, viewer: user }, recording, purpose);
      }),
    'admin.recordings.replay': ({ recordingId, purpose }) =>
      store.transaction(async (records) => {
        const recording = await recordingOf(records, recordingId);
        if (recording === null) return failed(failure('NOT_FOUND', `Recording ${recordingId}`));
        return await allowReplay(vault, { records, about: CONSOLE, viewer: null }, recording, purpose);
      }),
    'replay.redeem': ({ permit }, { connection }) =>
      store.transaction(async (records) => {
        const used = permits.redeem(permit, 'replay', {});
        if (!used.ok) return failed(failure('DENIED', used.why));
        const recording = await recordingOf(records, used.grant.recordingId);
        if (recording === null) return failed(failure('NOT_FOUND', 'That recording'));
        const deleted = deletedFault(recording);
        if (deleted !== null) return failed(deleted);
        opened.add(connection, permit, { recordingId: recording.id, userId: used.grant.userId });
        const row = recordingRow(recording);
        const heads = await records.sessions.heads(recording.id);
        const verifyKey = (await records.meta.value(META.verifyKey))?.toString('base64') ?? '';
        return done({
          value: {
            recordingId: recording.id,
            recordingSafe: recording.recordingSafe,
            heads,
            list: signList(vault.keyring, recording.id, heads, vault.now()),
            verifyKey,
            stored: row.stored,
            proof: recording.recording.proof,
            row,
            viewer: used.grant.userId === null ? null : used.grant.viewer,
          },
        });
      }),
    'replay.key': ({ permit, ephemeral }, { connection }) =>
      keyFor(vault, opened, connection, permit, ephemeral),
    'replay.goesOn': ({ permit }, { connection }) =>
      store.transaction(async (records) => {
        const replay = opened.watched(connection, permit);
        const recording = replay === null ? null : await recordingOf(records, replay.recordingId);
        if (replay === null || recording === null)
          return failed(failure('WATCHING_ENDED', 'the vault does not know of it any more'));
        const deleted = deletedFault(recording);
        if (deleted !== null) return failed(deleted);
        const viewer =
          replay.userId === null ? null : await viewerOf(vault, records, recording, replay.userId);
        if (viewer !== null && 'why' in viewer) return failed(failure('WATCHING_ENDED', viewer.why));
        const name = viewer?.name ?? CONSOLE.actor;
        await followSession(vault, records, recording, { connection, permit, viewer: name });
        return done({ value: { row: recordingRow(recording) } });
      }),
    'replay.over': async ({ permit }, { connection }) => {
      const follower = vault.followers.end(connection, permit);
      if (follower !== null) await unfollow(vault, follower);
      return done({ value: null });
    },
  };
}

/** Whoever may see it: writes it down, and gives the permit. `viewer` null: the console. */
async function allowReplay(
  { journal, permits }: Vault,
  {
    records,
    about,
    viewer,
  }: { readonly records: Records; readonly about: Doer; readonly viewer: User | null },
  recording: RecordedSession,
  purpose: string,
): Promise<Answer<'person.replay'>> {
  const deleted = deletedFault(recording);
  if (deleted !== null) return failed(deleted);
  await journal.append(records.audit, {
    ...aboutSession(recording),
    ...about,
    action: 'recordingReplayed',
    outcome: 'ok',
    safe: recording.recordingSafe,
    detail: `${purpose}${whileItRuns(recording)}, of ${recording.user}`,
  });
  return done({
    value: {
      permit: permits.issue({
        kind: 'replay',
        viewer: viewer?.name ?? CONSOLE.actor,
        userId: viewer?.id ?? null,
        recordingId: recording.id,
      }),
    },
  });
}

async function keyFor(
  vault: Vault,
  opened: RedeemedReplays,
  connection: Asking['connection'],
  permit: string,
  ephemeral: string,
): Promise<Answer<'replay.key'>> {
  const recordingId = opened.take(connection, permit);
  if (recordingId === null)
    return failed(
      failure('DENIED', 'the permit was not redeemed here, its key was given already, or its time is over'),
    );
  return await vault.store.transaction(async (records) => {
    const recording = await recordingOf(records, recordingId);
    if (recording === null) return failed(failure('NOT_FOUND', 'That recording'));
    const told = recording.recording.ephemeral;
    if (told !== null && told !== ephemeral)
      return failed(failure('INTEGRITY', 'the tape is not the one of this recording'));
    const key = await keyOfRecording(vault, records, recording, Buffer.from(ephemeral, 'base64'));
    return key.ok ? done({ value: null, blob: key.value }) : key;
  });
}

function whileItRuns({ state }: RecordedSession): string {
  return state === 'ended' ? '' : ' while it runs';
}

/** Null: it can be replayed. */
function deletedFault({ recording: { deletion } }: RecordedSession): Failure | null {
  return deletion === null ? null : failure('RECORDING_DELETED', deletionText(deletion));
}

export async function recordingOf(records: Records, recordingId: string): Promise<RecordedSession | null> {
  const id = parseId('session', recordingId);
  return id === null ? null : await records.sessions.recording(id);
}
