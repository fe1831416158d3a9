import type { FailureKind } from './failures.js';

/** What may be wrong with a recording: a part of FAILURES. */
export const RECORDING_FAILURES = {
  RECORDING_DAMAGED: {
    side: 'ours',
    stage: null,
    message: 'The recording does not verify: {detail}',
    next: 'Keep the file; see: postern recordings verify',
  },
  RECORDING_DELETED: {
    side: 'ours',
    stage: null,
    message: 'The recording was deleted {detail}',
    next: 'Its key is gone; nobody can open a copy of it.',
  },
  RECORDING_HELD: {
    side: 'ours',
    stage: null,
    message: 'The recording is on hold {detail}',
    next: 'Who may release it: Ctrl-O on the recordings, or postern recordings release ID',
  },
  RECORDING_MISSING: {
    side: 'ours',
    stage: null,
    message: 'The file of the recording is not in its recording safe.',
    next: 'Restore it from a backup; see: postern recordings verify',
  },
  RECORDING_NOT_STORED: {
    side: 'ours',
    stage: 9,
    message: 'The recording is not in its safe yet ({detail}).',
    next: 'Wait a moment; see: postern doctor',
  },
  RECORDING_RUNS: {
    side: 'ours',
    stage: null,
    message: 'The session of that recording still runs, and a bundle proves a recording to its end.',
    next: 'Export the bundle when the session has ended; until then: postern recordings verify ID, or another format.',
  },
  MONITOR_UNAVAILABLE: {
    side: 'ours',
    stage: null,
    message: 'The monitor, which shows recordings and sessions, is gone ({detail}).',
    next: 'It is started again by itself; see: postern doctor',
  },
  NO_PAGES_HERE: {
    side: 'ours',
    stage: null,
    message: 'This way in carries no browser.',
    next: 'Connect to the SSH door of Postern itself, or on the bastion: postern web ID',
  },
} as const satisfies Record<string, FailureKind>;
