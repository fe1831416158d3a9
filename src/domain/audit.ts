/** Established action codes, so that SIEM rules carry over; 9xx are our own where no established one fits. */
export const ACTIONS = {
  authenticationFailure: 4,
  logon: 7,
  logoff: 8,
  retrieve: 295,
  connect: 300,
  disconnect: 302,
  use: 308,
  sessionStage: 900,
  sessionTerminated: 901,
  recordingHead: 902,
  recordingStored: 903,
  recordingReplayed: 904,
  sessionWatched: 905,
  sessionUnwatched: 906,
  sessionSuspended: 940,
  sessionResumed: 941,
  sessionMessaged: 942,
  sessionControlled: 943,
  sessionReleased: 944,
  fourEyes: 945,
  userChanged: 910,
  safeChanged: 911,
  accountChanged: 912,
  memberChanged: 913,
  groupChanged: 914,
  hostKeyChanged: 915,
  shadowChanged: 916,
  secondFactorChanged: 917,
  firstFactorAccepted: 918,
  directoryChanged: 933,
  directoryTrouble: 934,
  componentLogon: 920,
  componentRefused: 921,
  rightMissing: 922,
  credentialRotated: 923,
  credentialRepaired: 924,
  componentChanged: 925,
  daemonStarted: 930,
  daemonStopped: 931,
  isolation: 932,
  auditHeadsCopied: 935,
  policyChanged: 940,
  recordingDeleted: 950,
  recordingHeld: 951,
  recordingsSearched: 952,
} as const;
export type Action = keyof typeof ACTIONS;

/** One row of the audit log, before it is chained. Text is untrusted: exports and screens escape it. */
export interface AuditEvent {
  /** Milliseconds since 1970, UTC. */
  readonly at: number;
  readonly action: Action;
  readonly outcome: 'ok' | 'failure';
  /** Who did it: a person, 'root@console', or a component. */
  readonly actor: string;
  /** The component that carried it, e.g. PVWAGW. */
  readonly gateway: string | null;
  /** The client's address and the bastion's. */
  readonly from: string | null;
  readonly bastion: string;
  readonly safe: string | null;
  readonly account: string | null;
  readonly target: string | null;
  readonly sessionId: string | null;
  readonly stage: number | null;
  readonly code: string | null;
  readonly detail: string | null;
}
