import { type SignedHead, signedHeadText } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { parseId, type SessionId } from '#/domain/ids.js';
import { done, failed } from '#/domain/outcome.js';
import type { Records } from '../records/records.js';
import type { StoredSession } from '../records/sessions.js';
import { aboutSession, afterSession, bookEnding } from '../session-life.js';
import type { Answer, Handlers, Vault } from '../vault.js';
import { passStages } from './progress.js';

/** Anchors the heads of tapes in the audit. */
export function headCalls(vault: Vault): Handlers<'session.head'> {
  return {
    'session.head': async (args, { connection }) => {
      const { passed = [], ended } = args;
      const now = { ended: false };
      const answer = await vault.store.transaction<Answer<'session.head'>>(async (records) => {
        const id = parseId('session', args.recordingId);
        const session = id === null ? null : await records.sessions.session(id);
        // the last head may come after the end of the session is in the books
        if (
          session === null ||
          connection.host === null ||
          session.host !== connection.host ||
          session.stage < 4
        )
          return failed(failure('SESSION_GONE'));
        const anchored = await anchor(vault, records, session, args);
        if (!anchored.ok) return anchored;
        const told = await passStages(vault, records, session, passed);
        if (!told.ok) return told;
        // how it ended is said once: the first ending wins
        if (ended !== undefined && session.state !== 'ended') {
          await bookEnding(vault, records, told.value, ended);
          now.ended = true;
        }
        return anchored;
      });
      if (answer.ok && now.ended && ended !== undefined)
        await afterSession(vault, args.recordingId as SessionId, ended.ending);
      return answer;
    },
  };
}

type Head = {
  readonly segments: number;
  readonly head: string;
  readonly final: boolean;
  readonly ephemeral?: string | undefined;
};

async function anchor(
  vault: Vault,
  records: Records,
  session: StoredSession,
  { segments, head, final, ephemeral }: Head,
): Promise<Answer<'session.head'>> {
  if (!/^[0-9a-f]{64}$/.test(head)) return failed(failure('BAD_INPUT', 'a head is 64 hexadecimal digits'));
  const heads = await records.sessions.heads(session.id);
  const last = heads.at(-1);
  // the answer to the same final head may have been lost
  if (final && last?.final === true && last.segments === segments && last.head === head)
    return done({ value: last });
  if (last === undefined ? segments !== 0 : last.final || segments < last.segments)
    return failed(
      failure('INTEGRITY', 'heads of a tape come in order, from no segments on, and end with the final one'),
    );
  const unsigned = { recordingId: session.id, segments, head, final, at: vault.now() };
  const signature = vault.keyring.sign(signedHeadText(unsigned));
  if (signature === null) return failed(failure('VAULT_SEALED'));
  const signed: SignedHead = { ...unsigned, signature };
  if (last === undefined) {
    const unknown = {
      bytes: null,
      segments: null,
      durationMs: null,
      complete: null,
      proof: null,
      hold: null,
      deletion: null,
      text: null,
      commands: null,
      transfers: null,
    };
    await records.sessions.addRecording({
      id: session.id,
      stored: 'spool',
      ...unknown,
      ephemeral: ephemeral ?? null,
    });
  }
  await records.sessions.addHead(signed);
  await vault.journal.append(records.audit, {
    ...aboutSession(session),
    gateway: 'PSMGW',
    action: 'recordingHead',
    outcome: 'ok',
    detail: `${signedHeadText(unsigned)} ${signature}`,
  });
  return done({ value: signed });
}
