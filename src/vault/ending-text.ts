import type { Ending, SessionOutcome } from '#/domain/session.js';

export function outcomeOf(ending: Ending | null): SessionOutcome {
  return ending?.kind ?? 'cut';
}

/** How a session ended, in words for lists and the audit. */
export function endingText(ending: Ending): string {
  switch (ending.kind) {
    case 'exited':
      return ending.signal === null
        ? `the client ended with status ${ending.status}`
        : `the client was ended by signal ${ending.signal}`;
    case 'owner-ended':
      return 'its owner ended it';
    case 'terminated':
      return `${ending.by} terminated it: ${ending.reason}`;
    case 'idle':
      return `no key was pressed for ${ending.minutes} min`;
    case 'time-limit':
      return `it reached its limit of ${ending.minutes} min`;
    case 'owner-lost':
      return `its owner did not come back within ${ending.minutes} min`;
    case 'target-lost':
      return `the connection to the target was lost (${ending.detail})`;
    case 'recorder-failed':
      return `the recorder failed (${ending.detail})`;
    case 'session-host-died':
      return 'its session host ended unexpectedly';
    case 'drained':
      return 'the bastion was stopped';
    case 'failed':
      return ending.message;
    default:
      return ending satisfies never;
  }
}
