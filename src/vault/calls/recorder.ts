import { failure } from '#/domain/failure.js';
import { parseId } from '#/domain/ids.js';
import { done, failed } from '#/domain/outcome.js';
import { aboutSession } from '../session-life.js';
import type { Handlers, Vault } from '../vault.js';

/** The way of tapes from the spool to their safe, as PSMApp tells it. */
export function recorderCalls(vault: Vault): Handlers<'recording.pending' | 'recording.stored'> {
  const { store, journal } = vault;
  return {
    'recording.pending': () =>
      store.transaction(async (records) => {
        const pending = await records.sessions.pendingRecordings();
        return done({
          value: pending.map(({ id, recordingSafe, state }) => ({
            recordingId: id,
            recordingSafe,
            live: state !== 'ended',
          })),
        });
      }),
    'recording.stored': ({ recordingId, bytes, segments, head, complete, durationMs }) =>
      store.transaction(async (records) => {
        const id = parseId('session', recordingId);
        const session = id === null ? null : await records.sessions.recording(id);
        if (session === null) return failed(failure('NOT_FOUND', 'That recording'));
        if (session.state !== 'ended') return failed(failure('BAD_INPUT', 'the session is still running'));
        if (session.recording.stored === 'safe') return done({ value: null });
        const heads = await records.sessions.heads(session.id);
        const why = contradiction(heads, { segments, head, complete });
        await records.sessions.changeRecording(session.id, {
          stored: 'safe',
          bytes,
          segments,
          durationMs,
          complete: complete && why === null,
        });
        await journal.append(records.audit, {
          ...aboutSession(session),
          actor: 'PSMApp',
          from: null,
          action: 'recordingStored',
          outcome: why === null ? 'ok' : 'failure',
          safe: session.recordingSafe,
          stage: session.failedStage === null && session.stage >= 8 ? 9 : null,
          code: why === null ? null : 'INTEGRITY',
          detail: why ?? `${bytes} bytes, ${segments} segments, ${complete ? 'complete' : 'cut'}`,
        });
        return done({ value: null });
      }),
  };
}

/** What of the stored tape is not as the vault signed it; null: nothing. */
function contradiction(
  heads: readonly { readonly segments: number; readonly head: string; readonly final: boolean }[],
  tape: { readonly segments: number; readonly head: string; readonly complete: boolean },
): string | null {
  const last = heads.at(-1);
  if (last === undefined) return 'no head of the tape was ever signed';
  const same = heads.find((one) => one.segments === tape.segments);
  if (tape.segments < last.segments)
    return `the tape has ${tape.segments} segments, ${last.segments} were signed`;
  if (same !== undefined && same.head !== tape.head)
    return `the head after ${tape.segments} segments is not the one that was signed`;
  return last.final && tape.segments > last.segments ? 'the tape goes on after its final head' : null;
}
