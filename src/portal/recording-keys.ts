import type { Command } from './session-keys.js';

/** What can be done with recordings: a part of COMMANDS. */
export const RECORDING_COMMANDS = {
  'recording.search': {
    keys: ['ctrl-f'],
    brief: 'search',
    help: 'search the text of the recordings that are listed',
  },
  'search.enter': {
    keys: ['enter'],
    brief: 'search, open',
    help: 'search for what is typed; then replay from the line that is selected',
  },
  'search.leave': { keys: ['escape'], brief: 'back', help: 'back to the recordings' },
  'recording.replay': {
    keys: ['enter'],
    brief: 'replay',
    help: 'replay the recording, of a session that runs, too',
  },
  'recording.web': {
    keys: ['ctrl-w'],
    brief: 'browser',
    help: 'show it in a browser on your own machine, through your ssh',
  },
  'recording.hold': {
    keys: ['ctrl-o'],
    brief: 'hold',
    help: 'put it on hold, so that nobody deletes it, or release it, if you may',
  },
  'recording.delete': {
    keys: ['ctrl-x'],
    brief: 'delete',
    help: 'delete it for ever, after asking why: its key is destroyed, if you may',
  },
  'replay.toggle': { keys: ["' "], brief: 'play', help: 'play or pause' },
  'replay.back': { keys: ['left'], brief: '5 s', help: '5 seconds back' },
  'replay.ahead': { keys: ['right'], brief: '5 s', help: '5 seconds ahead' },
  'replay.farBack': { keys: ['pageUp'], brief: '60 s', help: '60 seconds back' },
  'replay.farAhead': { keys: ['pageDown'], help: '60 seconds ahead' },
  'replay.first': { keys: ['home'], help: 'to the beginning' },
  'replay.last': {
    keys: ['end'],
    brief: 'end',
    help: 'to the end; of a session that runs to the present, and on with it',
  },
  'replay.faster': { keys: ["'+", "'="], brief: 'speed', help: 'twice as fast, up to 16 times' },
  'replay.slower': { keys: ["'-"], help: 'half as fast, down to a quarter' },
  'replay.nextMarker': { keys: ["'n"], brief: 'marker', help: 'to the next marker' },
  'replay.previousMarker': { keys: ["'p"], help: 'to the previous marker' },
  'replay.nextCommand': { keys: ["'c"], help: 'to the next command' },
  'replay.previousCommand': { keys: ["'C", "'x"], help: 'to the previous command' },
  'replay.stepAhead': { keys: ["'."], help: 'pause, and one thing that was shown ahead' },
  'replay.stepBack': { keys: ["',"], help: 'pause, and one thing that was shown back' },
  'replay.transcript': {
    keys: ["'t"],
    brief: 'transcript',
    help: 'into the transcript at the side, where there is room for it',
  },
  'transcript.jump': { keys: ['enter'], brief: 'go there', help: 'to the moment of the line' },
  'transcript.leave': { keys: ["'t", 'escape', "'q"], brief: 'picture', help: 'back to the picture' },
  'replay.idle': {
    keys: ["'i"],
    brief: 'idle',
    help: 'shorten pauses to 2 seconds, or show them as they were',
  },
  'replay.up': { keys: ['up'], help: 'scroll up over a screen larger than yours' },
  'replay.down': { keys: ['down'], help: 'scroll down' },
  'replay.left': { keys: ["'["], help: 'scroll left' },
  'replay.right': { keys: ["']"], help: 'scroll right' },
  'replay.leave': {
    keys: ['escape', "'q", 'ctrl-c', 'ctrl-q'],
    brief: 'back',
    help: 'back to the recordings',
  },
} as const satisfies Record<string, Command>;
