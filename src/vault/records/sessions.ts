import type { SignedHead } from '#/contract/rows.js';
import type { StoredProof } from '#/contract/stored-proof.js';
import type { HostKey } from '#/domain/host-key.js';
import type { AccountId, SafeId, SessionId, UserId } from '#/domain/ids.js';
import type { Deletion, Hold } from '#/domain/keeping.js';
import type { RecordingFilter } from '#/domain/recording-filter.js';
import type { Ending, IsolationLevel } from '#/domain/session.js';
import type { TextPlace } from '#/domain/tape-text.js';

/** A session as it was granted; names are kept as they were then. */
export interface StoredSession {
  readonly id: SessionId;
  readonly userId: UserId;
  readonly user: string;
  readonly from: string;
  readonly accountId: AccountId;
  readonly account: string;
  readonly targetUser: string;
  readonly address: string;
  readonly port: number;
  readonly safeId: SafeId;
  readonly safe: string;
  readonly recordingSafeId: SafeId;
  readonly recordingSafe: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly state: 'connecting' | 'running' | 'detached' | 'ended';
  readonly host: number | null;
  readonly isolation: IsolationLevel;
  /** The last stage that was passed. */
  readonly stage: number;
  readonly failedStage: number | null;
  readonly ending: Ending | null;
  /** The key that the target showed, and what the person decided about it. */
  readonly offeredKey: HostKey | null;
  readonly keyDecision: 'once' | 'pin' | 'refuse' | null;
  /** What the person gave as a reason. */
  readonly reason: string | null;
  /** host:port of a forwarded connection; null: a session of another kind. */
  readonly forward: string | null;
}

export type SessionPlace = Pick<StoredSession, 'userId' | 'host'>;

export type SessionChange = Partial<
  Pick<
    StoredSession,
    | 'endedAt'
    | 'state'
    | 'host'
    | 'isolation'
    | 'stage'
    | 'failedStage'
    | 'ending'
    | 'offeredKey'
    | 'keyDecision'
  >
>;

export interface StoredRecording {
  readonly id: SessionId;
  readonly stored: 'spool' | 'safe' | 'deleted';
  readonly bytes: number | null;
  readonly segments: number | null;
  readonly durationMs: number | null;
  readonly complete: boolean | null;
  /** base64 of the recording's X25519 public key, when the session host told it. */
  readonly ephemeral: string | null;
  /** Signed when it came to its safe. */
  readonly proof: StoredProof | null;
  readonly hold: Hold | null;
  readonly deletion: Deletion | null;
  /** Where its text is; null: the tape itself must be read for it. */
  readonly text: readonly TextPlace[] | null;
  /** How much was done in it, counted when it ended. */
  readonly commands: number | null;
  readonly transfers: number | null;
}

/** A page of recordings, newest first. */
export interface RecordingQuery {
  readonly filter: RecordingFilter;
  /** Whose, and of which safes of accounts and of recordings. */
  readonly visible: 'all' | { readonly owner: UserId; readonly safes: readonly SafePair[] };
  /** The last one of the page before; null: from the newest on. */
  readonly after: { readonly startedAt: number; readonly id: SessionId } | null;
  readonly limit: number;
  readonly now: number;
}

/** Where accounts were recorded to. */
export interface SafePair {
  readonly safe: SafeId;
  readonly recordingSafe: SafeId;
}

export interface RecordedSession extends StoredSession {
  readonly recording: StoredRecording;
}

export interface SessionRecords {
  session(id: SessionId): Promise<StoredSession | null>;
  addSession(session: StoredSession): Promise<void>;
  changeSession(id: SessionId, change: SessionChange): Promise<void>;
  /** Those that have not ended. */
  open(): Promise<readonly StoredSession[]>;
  /** Of each of them, whose it is and where. */
  places(): Promise<readonly SessionPlace[]>;
  lastOfferedKey(user: UserId, account: AccountId): Promise<HostKey | null>;
  recording(id: SessionId): Promise<RecordedSession | null>;
  recordings(query: RecordingQuery): Promise<readonly RecordedSession[]>;
  /** All that there is a session of. */
  safePairs(): Promise<readonly SafePair[]>;
  /** In the order of their ids, beyond one. */
  recordingIds(
    after: string,
    most: number,
  ): Promise<
    readonly {
      readonly id: SessionId;
      readonly startedAt: number;
      readonly stored: StoredRecording['stored'];
      readonly live: boolean;
    }[]
  >;
  pendingRecordings(): Promise<readonly RecordedSession[]>;
  addRecording(recording: StoredRecording): Promise<void>;
  changeRecording(id: SessionId, change: Partial<Omit<StoredRecording, 'id'>>): Promise<void>;
  /** Of one recording safe: not held, proven to be whole in it (or not), and ended before that time; the oldest first. */
  expiredRecordings(
    safe: SafeId,
    before: number,
    which: { readonly proven: boolean; readonly most: number },
  ): Promise<readonly RecordedSession[]>;
  /** Deleted ones whose file may still be there. */
  leavingRecordings(most: number): Promise<readonly RecordedSession[]>;
  /** Sealed; null: it has none of its own. */
  recordingKey(id: SessionId): Promise<Buffer | null>;
  putRecordingKey(id: SessionId, sealed: Buffer): Promise<void>;
  /** False: there was none. */
  removeRecordingKey(id: SessionId): Promise<boolean>;
  addHead(head: SignedHead): Promise<void>;
  heads(id: SessionId): Promise<readonly SignedHead[]>;
}
