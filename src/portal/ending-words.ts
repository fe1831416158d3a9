import type { Ending } from '#/domain/session.js';
import type { Notice } from './portal-state.js';
import { shown } from './text.js';

/** One line on how a session ended, for the menu that one comes back to. */
export function endingNotice(account: string, ending: Ending): Notice {
  return { tone: toneOf(ending), text: `${shown(account)}: ${endingWords(ending)}` };
}

function toneOf(ending: Ending): Notice['tone'] {
  if (ending.kind === 'exited') return ending.status === 0 && ending.signal === null ? 'good' : 'plain';
  if (ending.kind === 'owner-ended') return 'good';
  return ending.kind === 'failed' || ending.kind === 'recorder-failed' || ending.kind === 'session-host-died'
    ? 'bad'
    : 'warning';
}

export function endingWords(ending: Ending): string {
  switch (ending.kind) {
    case 'exited':
      return ending.signal === null
        ? `session ended, exit status ${ending.status}`
        : `session ended by signal ${ending.signal}`;
    case 'owner-ended':
      return 'you ended the session';
    case 'terminated':
      return `session terminated by ${shown(ending.by)}: ${shown(ending.reason)}`;
    case 'idle':
      return `session ended after ${minutes(ending.minutes)} without a key`;
    case 'time-limit':
      return `session ended: its limit is ${minutes(ending.minutes)}`;
    case 'owner-lost':
      return `session ended: no terminal for ${minutes(ending.minutes)}`;
    case 'target-lost':
      return `connection to the target was lost (${shown(ending.detail)})`;
    case 'recorder-failed':
      return `session ended on our side: the recorder failed (${shown(ending.detail)})`;
    case 'session-host-died':
      return 'session ended on our side: its session host died; the recording up to then is kept';
    case 'drained':
      return 'session ended: Postern was stopped';
    case 'failed':
      return `${shown(ending.message)} (${shown(ending.code)})`;
    default:
      return ending satisfies never;
  }
}

function minutes(count: number): string {
  return count === 1 ? '1 minute' : `${count} minutes`;
}
