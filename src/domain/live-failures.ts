import type { FailureKind } from './failures.js';

/** About sessions that run: a part of FAILURES. */
export const LIVE_FAILURES = {
  SESSION_GONE: {
    side: 'ours',
    stage: 8,
    message: 'That session is not running any more.',
    next: 'Start a new one from the menu.',
  },
  SESSION_WITHOUT_TERMINAL: {
    side: 'ours',
    stage: null,
    message: 'That session has no terminal to be seen: a command or a file transfer runs in it.',
    next: 'Its recording can be opened and followed while it runs: Ctrl-P on the live screen.',
  },
  SESSION_CONNECTING: {
    side: 'ours',
    stage: null,
    message: 'That session is still connecting: there is nothing to watch yet.',
    next: 'Try again in a moment.',
  },
  TOO_MANY_VIEWERS: {
    side: 'ours',
    stage: null,
    message: 'Too many people watch that session already ({detail}).',
    next: 'Wait until one of them leaves.',
  },
  WATCHING_ENDED: {
    side: 'ours',
    stage: null,
    message: 'You may not watch that session any more: {detail}',
    next: 'Ask a manager of its safe for listAccounts and viewAuditLog.',
  },
  FOUR_EYES_NOBODY: {
    side: 'ours',
    stage: 5,
    message: 'This account takes four eyes, and nobody joined within 10 minutes.',
    next: 'Ask somebody who may watch it to join from the live screen, then connect again.',
  },
  FOUR_EYES_NO_TERMINAL: {
    side: 'ours',
    stage: 5,
    message: 'This account takes four eyes: what has no terminal cannot be watched, so it is refused.',
    next: 'Connect with a terminal (ssh -t), and ask somebody who may watch it to join.',
  },
  CONTROL_TAKEN: {
    side: 'ours',
    stage: null,
    message: 'You cannot take over the keyboard now: {detail} has it.',
    next: 'Wait until it is handed back.',
  },
  CONTROL_ENDED: {
    side: 'ours',
    stage: null,
    message: 'The keyboard is its owner’s again: {detail}',
    next: 'Ask an administrator for a group in liveGroups.control.',
  },
} as const satisfies Record<string, FailureKind>;
