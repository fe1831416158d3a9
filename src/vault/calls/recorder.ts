import { storedProofText } from '#/contract/stored-proof.js';
import { failure } from '#/domain/failure.js';
import { parseId } from '#/domain/ids.js';
import { done, failed } from '#/domain/outcome.js';
import { aboutSession } from '../session-life.js';
import { contradiction, signStored } from '../stored-proof.js';
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
    'recording.stored': ({ durationMs, text, ...tape }) =>
      store.transaction(async (records) => {
        const { bytes, segments, complete } = tape;
        const id = parseId('session', tape.recordingId);
        const session = id === null ? null : await records.sessions.recording(id);
        if (session === null) return failed(failure('NOT_FOUND', 'That recording'));
        if (session.state !== 'ended') return failed(failure('BAD_INPUT', 'the session is still running'));
        // told once more, perhaps after it was deleted
        if (session.recording.stored !== 'spool') return done({ value: null });
        const heads = await records.sessions.heads(session.id);
        const why = contradiction(heads, tape, session.ending);
        const proof = signStored(vault.keyring, tape, vault.now(), why);
        if (proof === null) return failed(failure('VAULT_SEALED'));
        await records.sessions.changeRecording(session.id, {
          stored: 'safe',
          bytes,
          segments,
          durationMs,
          complete: complete && why === null,
          proof,
          text: text ?? null,
        });
        await journal.append(records.audit, {
          ...aboutSession(session),
          actor: 'PSMApp',
          from: null,
          action: 'recordingHead',
          outcome: 'ok',
          detail: `${storedProofText(proof)} ${proof.signature}`,
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
