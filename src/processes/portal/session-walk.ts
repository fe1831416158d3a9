import type { ToHost, ToPortal } from '#/contract/session-link.js';
import { failure, oneLine, type Stage } from '#/domain/failure.js';
import type { Outcome } from '#/domain/outcome.js';
import type { TerminalRequest } from '#/door/late-requests.js';
import type { HostKeyDecision, SessionHooks, SessionResult } from '#/portal/services.js';
import type { HostLink } from './host-link.js';
import { splice } from './splice.js';

export interface WalkOptions {
  readonly link: HostLink;
  readonly opening: Extract<ToHost, { type: 'open' | 'attach' }>;
  readonly hooks: SessionHooks;
  /** What the person's client asks of the session. */
  readonly onRequest: (listener: (request: TerminalRequest) => boolean) => () => void;
  /** The target connects back to the person's client. */
  readonly onReturn: (asked: Extract<ToPortal, { type: 'return' }>) => void;
  /** Tells the vault; the host asks the vault what was decided. */
  readonly decideHostKey: (decision: HostKeyDecision) => Promise<Outcome<null>>;
}

const GIVEN_UP: SessionResult = { kind: 'ended', ending: { kind: 'owner-ended' } };

/** One session as the portal sees it, from its opening to how it ended; the first reason wins. Never rejects. */
export async function walkSession({
  link,
  opening,
  hooks,
  onRequest,
  onReturn,
  decideHostKey,
}: WalkOptions): Promise<SessionResult> {
  const over = Promise.withResolvers<SessionResult>();
  const terminal: { lent: Promise<unknown> | null } = { lent: null };

  const broken = (error: unknown): void =>
    over.resolve({ kind: 'failed', failure: failure('INTERNAL', String(error)) });
  // a host that dies while it opens a session is no end of one
  let stage: Stage = opening.type === 'attach' ? 8 : 1;
  const gone = (why: string): void =>
    over.resolve({ kind: 'failed', failure: failure('SESSION_HOST_DIED', why, { stage }) });
  /** Before the session is live nobody else holds it; afterwards it lives on without us. */
  const leave = (): void => {
    if (terminal.lent !== null) return over.resolve({ kind: 'detached' });
    link.send({ type: 'end' });
    over.resolve(GIVEN_UP);
  };
  const askHostKey = async ({
    key,
    fingerprint,
    mayPin,
  }: Extract<ToPortal, { type: 'host-key' }>): Promise<void> => {
    const told = await decideHostKey(await hooks.askHostKey({ key, fingerprint, mayPin }));
    if (told.ok) link.send({ type: 'host-key-decided' });
    else over.resolve({ kind: 'failed', failure: told.failure });
  };
  const lend = (): Promise<unknown> => {
    // until somebody takes them: the first bytes are those of the notice
    link.pause();
    return hooks.takeTerminal(async (raw) => {
      const letGo = splice(link, raw, { opened: opening, message, gone });
      await over.promise;
      letGo();
    });
  };
  const message = (heard: ToPortal): void => {
    switch (heard.type) {
      case 'stage':
        stage = heard.stage;
        return hooks.onStage(heard.stage, heard.state, heard.note);
      case 'host-key':
        return void askHostKey(heard).catch(broken);
      case 'live':
        terminal.lent ??= lend().catch(broken);
        return;
      case 'ended':
        return over.resolve({ kind: 'ended', ending: heard.ending });
      case 'failed':
        return over.resolve(failedAs(heard));
      case 'return':
        return onReturn(heard);
      case 'challenge':
      case 'eof':
      case 'opened':
        return;
      default:
        return over.resolve({
          kind: 'failed',
          failure: failure('PROTOCOL', oneLine(`session host: ${JSON.stringify(heard satisfies never)}`, 80)),
        });
    }
  };

  if (hooks.signal.aborted) {
    link.close();
    return GIVEN_UP;
  }
  hooks.signal.addEventListener('abort', leave, { once: true });
  link.listen({ message, gone, data: () => undefined, drain: () => undefined });
  link.send(opening);
  const stopRequests = onRequest((request) => {
    link.send({ type: request });
    return true;
  });
  const result = await over.promise;
  stopRequests();
  hooks.signal.removeEventListener('abort', leave);
  link.close();
  await terminal.lent;
  return result;
}

function failedAs({ failure: what, offered, pinned }: Extract<ToPortal, { type: 'failed' }>): SessionResult {
  return {
    kind: 'failed',
    failure: what,
    ...(offered === undefined ? {} : { offered }),
    ...(pinned === undefined ? {} : { pinned }),
  };
}
