import type { KeyName } from './strokes.js';

/** What can be done with a key. `brief` is for the line at the bottom, which is cut from its end: without it, help only. */
export interface Command {
  readonly keys: readonly KeyName[];
  readonly brief?: string;
  readonly help: string;
}

/** What can be done with running sessions: a part of COMMANDS. */
export const SESSION_COMMANDS = {
  'session.attach': {
    keys: ['enter'],
    brief: 'open',
    help: 'take up your own session again; watch another person’s, if you may',
  },
  'session.replay': {
    keys: ['ctrl-p'],
    brief: 'from its start',
    help: 'replay the session from its start while it runs; End leads to the present',
  },
  'session.end': { keys: ['ctrl-e'], brief: 'end', help: 'end the session, after asking' },
  'session.suspend': {
    keys: ['ctrl-s'],
    brief: 'suspend',
    help: 'suspend another person’s session, with a reason, or let it go on; if you may',
  },
  'session.message': {
    keys: ['ctrl-t'],
    brief: 'message',
    help: 'write to the owner of the session, if you may suspend, end or control it',
  },
  'live.sort': { keys: ['ctrl-o'], brief: 'sort', help: 'sort by start, idle time, user, account, bytes' },
  'watch.control': {
    keys: ['ctrl-k'],
    brief: 'take over',
    help: 'take over the keyboard of the session, if you may; its owner is told',
  },
  'control.handBack': {
    keys: ['ctrl-]'],
    brief: 'hand back the keyboard',
    help: 'hand back the keyboard; every other key goes to the session',
  },
  'suspend.output': {
    keys: ['tab'],
    brief: 'output too',
    help: 'hold back the output, too, or not',
  },
  'watch.up': { keys: ['up'], help: 'scroll up over a screen larger than yours' },
  'watch.down': { keys: ['down'], help: 'scroll down' },
  'watch.left': { keys: ['left'], brief: 'scroll', help: 'scroll left' },
  'watch.right': { keys: ['right'], help: 'scroll right' },
  'watch.follow': {
    keys: ["'f", 'home'],
    brief: 'follow',
    help: 'back to where the cursor is, and follow it',
  },
  'watch.leave': {
    keys: ['escape', "'q", 'ctrl-c', 'ctrl-q'],
    brief: 'back',
    help: 'watch no more; the session goes on',
  },
} as const satisfies Record<string, Command>;
