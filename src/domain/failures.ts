import { LIVE_FAILURES } from './live-failures.js';
import { POLICY_FAILURES } from './policy-failures.js';
import { RECORDING_FAILURES } from './recording-failures.js';

/** Whose fault it is: before the notice ours, after it the target's (domain: a session, in order). */
export type Side = 'ours' | 'target';

/** Stages 0 to 9 of a session; null for whatever is not part of a session. */
export type Stage = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

export interface FailureKind {
  readonly side: Side;
  readonly stage: Stage | null;
  readonly message: string;
  readonly next: string;
}

/**
 * Every failure a person may see: what happened, on whose side, at which stage, and what to do next.
 * docs/errors.md is generated from this table. `{detail}` takes a short text made for people.
 */
export const FAILURES = {
  // the door and the login
  LOGIN_REFUSED: {
    side: 'ours',
    stage: null,
    message: 'Login failed.',
    next: 'Check user name and password; after several failures wait a minute. Ask an administrator: postern user list',
  },
  LOGIN_THROTTLED: {
    side: 'ours',
    stage: null,
    message: 'Too many failed logins.',
    next: 'Wait {detail} and try again.',
  },
  CODE_REFUSED: {
    side: 'ours',
    stage: null,
    message: 'That code was not accepted.',
    next: 'Wait for the next code of your authenticator and check its clock, or use a recovery code. Lost both? postern user second-factor reset USER',
  },
  SECOND_FACTOR_NEEDED: {
    side: 'ours',
    stage: null,
    message: 'The second factor comes before anything else.',
    next: 'Enter the code, or enrol, on the screen that follows.',
  },
  SECOND_FACTOR_POLICY: {
    side: 'ours',
    stage: null,
    message: 'Your groups do not allow that: {detail}',
    next: 'Ask an administrator: postern group set GROUP --second-factor required|optional|off',
  },
  DIRECTORY_UNAVAILABLE: {
    side: 'ours',
    stage: null,
    message: 'The directory cannot be asked now ({detail}).',
    next: 'Try again in a moment; on the bastion: postern directory test NAME',
  },
  PASSWORD_MUST_CHANGE: {
    side: 'ours',
    stage: null,
    message: 'The password must be changed before anything else.',
    next: 'Choose a new password on the screen that follows.',
  },
  PASSWORD_WRONG: {
    side: 'ours',
    stage: null,
    message: 'The present password is not right.',
    next: 'Type the one that you logged in with.',
  },
  PASSWORD_TOO_WEAK: {
    side: 'ours',
    stage: null,
    message: 'That password cannot be used: {detail}',
    next: 'Choose another one.',
  },
  NOT_LOGGED_IN: {
    side: 'ours',
    stage: null,
    message: 'This login is no longer valid.',
    next: 'Log in again.',
  },
  NOT_IN_THIS_RELEASE: {
    side: 'ours',
    stage: null,
    message: '{detail} is not available in this release.',
    next: 'Connect with a plain interactive ssh and use the menu.',
  },
  // asking the vault
  DENIED: {
    side: 'ours',
    stage: null,
    message: 'Not permitted: {detail}',
    next: 'Ask who may: a manager of the safe (postern safe member list SAFE), or an administrator.',
  },
  NOT_FOUND: {
    side: 'ours',
    stage: null,
    message: '{detail} does not exist, or may not be seen by you.',
    next: 'Check the spelling; list what there is.',
  },
  ALREADY_EXISTS: {
    side: 'ours',
    stage: null,
    message: '{detail} exists already.',
    next: 'Choose another name, or change the existing one.',
  },
  BAD_INPUT: { side: 'ours', stage: null, message: 'Bad input: {detail}', next: 'Correct it and try again.' },
  VAULT_UNAVAILABLE: {
    side: 'ours',
    stage: null,
    message: 'The vault does not answer ({detail}).',
    next: 'Try again in a moment; on the bastion: postern doctor',
  },
  VAULT_SEALED: {
    side: 'ours',
    stage: null,
    message: 'The vault is sealed.',
    next: 'An administrator opens it on the bastion: postern unseal',
  },
  PASSPHRASE_WRONG: {
    side: 'ours',
    stage: null,
    message: 'That is not the passphrase of the vault; it stays sealed.',
    next: 'Try again on the bastion: postern unseal',
  },
  INTEGRITY: {
    side: 'ours',
    stage: null,
    message: 'Integrity error: {detail}',
    next: 'Do not repair by hand. Keep the vault files and check: postern audit verify',
  },
  AUDIT_UNAVAILABLE: {
    side: 'ours',
    stage: null,
    message: 'The audit log cannot be written ({detail}); nothing is released without it.',
    next: 'Check disk space on the bastion: postern doctor',
  },
  CREDENTIAL_FILE: {
    side: 'ours',
    stage: null,
    message: 'The credential file {detail}.',
    next: 'On the bastion: postern credfile resync COMPONENT',
  },
  CREDENTIAL_MISMATCH: {
    side: 'ours',
    stage: null,
    message: "The password in {detail}'s credential file is not the one that the vault knows.",
    next: 'On the bastion: postern credfile resync {detail}',
  },
  CREDENTIAL_BUSY: {
    side: 'ours',
    stage: null,
    message: 'The credential of {detail} is being changed just now.',
    next: 'Wait a moment and try again.',
  },
  COMPONENT_DISABLED: {
    side: 'ours',
    stage: null,
    message: 'The component user {detail} is disabled.',
    next: 'On the bastion: postern component enable {detail}',
  },
  NOT_YOUR_ROLE: {
    side: 'ours',
    stage: null,
    message: '{detail}',
    next: 'A component asked for what its role does not allow; see the audit: postern audit list',
  },
  PROTOCOL: {
    side: 'ours',
    stage: null,
    message: 'Two parts of Postern do not understand each other ({detail}).',
    next: 'Restart Postern so that all parts run the same version.',
  },
  INTERNAL: {
    side: 'ours',
    stage: null,
    message: 'Something broke on our side ({detail}).',
    next: 'The log of the bastion has the details: postern doctor',
  },
  OUTPUT_NOT_WRITTEN: {
    side: 'ours',
    stage: null,
    message: 'The output could not be written ({detail}).',
    next: 'Make space, or name another file; what came out is not all of it.',
  },
  DAEMON_NOT_RUNNING: {
    side: 'ours',
    stage: null,
    message: 'Postern is not running ({detail}).',
    next: 'Start it: npm start',
  },
  // a session, stage by stage
  ACCESS_DENIED: {
    side: 'ours',
    stage: 0,
    message: 'You may not use this account: {detail}',
    next: 'Ask a manager of the safe for useAccounts and listAccounts.',
  },
  ACCOUNT_DISABLED: {
    side: 'ours',
    stage: 0,
    message: 'This account cannot be used: {detail}',
    next: 'Ask the manager of the safe.',
  },
  ...POLICY_FAILURES,
  TOO_MANY_SESSIONS: {
    side: 'ours',
    stage: 0,
    message: 'The limit of sessions is reached: {detail}',
    next: 'End a session in the live list (Tab), or wait.',
  },
  ISOLATION_TOO_LOW: {
    side: 'ours',
    stage: 0,
    message: 'This bastion cannot isolate sessions as required: {detail}',
    next: 'On the bastion: postern doctor',
  },
  SESSION_HOST_UNAVAILABLE: {
    side: 'ours',
    stage: 1,
    message: 'No session host took the session ({detail}).',
    next: 'Try again; on the bastion: postern doctor',
  },
  PSM_SERVER_LOGON: {
    side: 'ours',
    stage: 2,
    message: 'The portal could not retrieve PSMServer from safe PSM ({detail}).',
    next: 'On the bastion: postern doctor',
  },
  LANDING_REFUSED: {
    side: 'ours',
    stage: 3,
    message: 'PSMConnect did not take the session ({detail}).',
    next: 'Try again; on the bastion: postern doctor',
  },
  PERMIT_REFUSED: {
    side: 'ours',
    stage: 4,
    message: 'The vault did not release the secret: {detail}',
    next: 'Connect again from the menu.',
  },
  HOST_KEY_UNKNOWN: {
    side: 'ours',
    stage: 4,
    message: 'The host key of the target is not known and was not accepted.',
    next: "Compare the fingerprint with the target's administrator, then connect again and accept it.",
  },
  HOST_KEY_CHANGED: {
    side: 'target',
    stage: 7,
    message: 'The target shows another host key than the one pinned. {detail}',
    next: 'Do not connect until its administrator confirms the change; who may update the account can then re-approve the key.',
  },
  RECORDER_UNAVAILABLE: {
    side: 'ours',
    stage: 5,
    message: 'The recording cannot be written ({detail}), so no session is opened.',
    next: 'Check space and permissions of the spool: postern doctor',
  },
  SHADOW_UNAVAILABLE: {
    side: 'ours',
    stage: 5,
    message: 'Your shadow identity could not be prepared ({detail}).',
    next: 'An administrator can rebuild it: postern shadow reset USER',
  },
  PROFILE_OVER_QUOTA: {
    side: 'ours',
    stage: 5,
    message: 'Your profile on the bastion is over its limit ({detail}).',
    next: 'An administrator can rebuild it: postern shadow reset USER',
  },
  BOX_FAILED: {
    side: 'ours',
    stage: 5,
    message: 'The sandbox did not start ({detail}).',
    next: 'On the bastion: postern doctor',
  },
  TARGET_NAME: {
    side: 'target',
    stage: 5,
    message: "The target's name cannot be resolved ({detail}).",
    next: "Check the address of the account and the bastion's name service.",
  },
  TARGET_REFUSED: {
    side: 'target',
    stage: 5,
    message: 'The target refuses the connection ({detail}).',
    next: 'Is its SSH server running, on this port?',
  },
  TARGET_UNREACHABLE: {
    side: 'target',
    stage: 5,
    message: 'The target does not answer ({detail}).',
    next: 'Is it up, and does a firewall let the bastion in?',
  },
  NOTICE_NOT_SHOWN: {
    side: 'ours',
    stage: 6,
    message: 'The recording notice could not be shown ({detail}).',
    next: 'Connect again.',
  },
  TARGET_AUTHENTICATION: {
    side: 'target',
    stage: 7,
    message: "The target refused the account's credential ({detail}).",
    next: 'The stored secret may be out of date: ask the manager of the safe.',
  },
  TARGET_PROTOCOL: {
    side: 'target',
    stage: 7,
    message: 'The target did not complete the SSH handshake ({detail}).',
    next: 'Is this an SSH server, and does it allow the account to log in?',
  },
  REQUEST_REFUSED: {
    side: 'target',
    stage: 8,
    message: 'The target did not run what it was asked to run ({detail}).',
    next: 'It may let the account have a terminal only: ssh -t. Its administrator knows.',
  },
  SFTP_FAILED: {
    side: 'target',
    stage: 8,
    message: 'The target serves no files over sftp ({detail}).',
    next: 'Copy without it: scp -O, or rsync. Its administrator can let it serve them: Subsystem sftp internal-sftp, in its sshd_config.',
  },
  TARGET_LOST: {
    side: 'target',
    stage: 8,
    message: 'The connection to the target was lost ({detail}).',
    next: 'Connect again.',
  },
  RECORDER_FAILED: {
    side: 'ours',
    stage: 8,
    message: 'The recorder failed ({detail}), so the session was ended.',
    next: 'Check space of the spool: postern doctor',
  },
  SESSION_HOST_DIED: {
    side: 'ours',
    stage: 8,
    message: 'The session host ended unexpectedly ({detail}).',
    next: 'Connect again. The recording up to this moment is kept.',
  },
  SESSION_TAKEN_OVER: {
    side: 'ours',
    stage: 8,
    message: 'This session goes on in another connection of yours.',
    next: 'To have it back here, open the live list (Tab) and attach to it.',
  },
  COMMAND_TOO_LONG: {
    side: 'ours',
    stage: 5,
    message: 'The command is longer than 128 KiB, or has a zero byte in it.',
    next: 'Send it as a script on standard input: ssh … sh -s < script',
  },
  ...LIVE_FAILURES,
  // recordings
  VIEWERS_LIMIT: {
    side: 'ours',
    stage: null,
    message: 'No more can be watched or replayed at once: {detail}',
    next: 'Close another replay or live view, or wait.',
  },
  ...RECORDING_FAILURES,
} as const satisfies Record<string, FailureKind>;

export type FailureCode = keyof typeof FAILURES;
