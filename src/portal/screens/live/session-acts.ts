import type { SessionRow } from '#/contract/rows.js';
import { denied } from '#/domain/denied.js';
import type { Failure } from '#/domain/failure.js';
import type { Outcome } from '#/domain/outcome.js';
import type { Briefs } from '../../keyboard.js';
import type { PortalAction } from '../../portal-state.js';

export type ActKind = 'end' | 'suspend' | 'message';

/** What the acts ask of the portal: a part of it, as values. */
interface ActParts {
  readonly portal: {
    readonly state: { readonly dispatch: (action: PortalAction) => void };
    readonly failed: (failure: Failure) => void;
    readonly after: (answer: Promise<Outcome<null>>, then: (outcome: Outcome<null>) => void) => void;
  };
  readonly services: { resumeSession(sessionId: string): Promise<Outcome<null>> };
  /** Opens the dialog that asks for what is missing. */
  readonly open: (session: SessionRow, kind: ActKind) => void;
  readonly done?: () => void;
}

/** What of it the line at the bottom offers: what this person may do with this session, as it is now. */
export function actBriefs(session: SessionRow): Briefs {
  const { mine, mayEnd, maySuspend, mayControl, suspendedBy } = session;
  return {
    ...(mine || mayEnd ? {} : { 'session.end': null }),
    ...(maySuspend ? {} : { 'session.suspend': null }),
    ...(maySuspend && suspendedBy !== null ? { 'session.suspend': 'resume' } : {}),
    ...(mayWrite(session) ? {} : { 'session.message': null }),
    ...(mayControl ? {} : { 'watch.control': null }),
  };
}

function mayWrite({ mine, mayEnd, maySuspend, mayControl }: SessionRow): boolean {
  return !mine && (maySuspend || mayEnd || mayControl);
}

/** What can be done with somebody else's session, from wherever it is in sight. */
export function sessionActs({ portal, services, open, done }: ActParts) {
  const refuse = (what: string): void => portal.failed(denied(what, 'group'));
  return {
    end(session: SessionRow): void {
      if (session.mine || session.mayEnd) open(session, 'end');
      else refuse('only its owner and PSMLiveSessionTerminators may end this session');
    },
    suspend(session: SessionRow): void {
      if (!session.maySuspend) return refuse('to suspend it takes a group in liveGroups.suspend');
      if (session.suspendedBy === null) return open(session, 'suspend');
      portal.after(services.resumeSession(session.id), (outcome) => {
        if (!outcome.ok) return portal.failed(outcome.failure);
        const text = `${session.account}: the session goes on`;
        portal.state.dispatch({ type: 'notice', notice: { tone: 'good', text } });
        done?.();
      });
    },
    message(session: SessionRow): void {
      if (mayWrite(session)) open(session, 'message');
      else refuse('to write to its owner takes the right to suspend, end or control it');
    },
  };
}
