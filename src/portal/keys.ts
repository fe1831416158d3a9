import { EDIT, FORM, LEAVE, MOVE, TAB } from './key-sets.js';
import { MANAGE_COMMANDS, MANAGE_SCREENS } from './manage-keys.js';
import { RECORDING_COMMANDS } from './recording-keys.js';
import { type Command, SESSION_COMMANDS } from './session-keys.js';
import type { KeyName, Stroke } from './strokes.js';

export type { Command } from './session-keys.js';

export const COMMANDS = {
  'move.up': { keys: ['up'], help: 'one up' },
  'move.down': { keys: ['down'], help: 'one down' },
  'move.pageUp': { keys: ['pageUp'], help: 'one page up' },
  'move.pageDown': { keys: ['pageDown'], help: 'one page down' },
  'move.first': { keys: ['home'], help: 'to the first' },
  'move.last': { keys: ['end'], help: 'to the last' },
  'text.erase': { keys: ['backspace', 'delete'], help: 'take back the last character' },
  'text.eraseWord': { keys: ['ctrl-w'], help: 'take back the last word' },
  'text.clear': { keys: ['ctrl-u'], help: 'take back everything typed' },
  'list.refresh': { keys: ['ctrl-r'], brief: 'refresh', help: 'ask for the list again' },
  'list.back': {
    keys: ['escape'],
    brief: 'back',
    help: 'clear what was typed; with nothing typed, ask whether to leave',
  },
  'screen.next': { keys: ['tab'], brief: 'screens', help: 'next screen' },
  'screen.previous': { keys: ['shiftTab'], help: 'previous screen' },
  'screen.redraw': { keys: ['ctrl-l'], help: 'draw everything again' },
  'leave.ask': { keys: ['ctrl-d', 'ctrl-c'], help: 'leave Postern, after asking' },
  'leave.now': {
    keys: ['ctrl-q'],
    brief: 'quit',
    help: 'leave Postern at once; sessions end only when you end them',
  },

  'account.connect': { keys: ['enter'], brief: 'connect', help: 'connect to the account' },
  'account.favourite': { keys: ['ctrl-f'], brief: 'favourite', help: 'make it a favourite, or no longer' },
  'account.secret': { keys: ['ctrl-y'], brief: 'reveal', help: 'show or copy its secret, if you may' },
  'safes.open': { keys: ['ctrl-o'], brief: 'safes', help: 'your safes: their members and audit' },
  'secret.copy': {
    keys: ['ctrl-y'],
    brief: 'copy',
    help: 'copy it to the clipboard of your terminal (OSC 52), without showing it',
  },
  ...MANAGE_COMMANDS,
  ...RECORDING_COMMANDS,
  ...SESSION_COMMANDS,
  'help.back': { keys: ['escape'], brief: 'accounts', help: 'back to the accounts' },

  'form.next': { keys: ['tab', 'down'], brief: 'next field', help: 'next field' },
  'form.previous': { keys: ['shiftTab', 'up'], help: 'previous field' },
  'form.less': { keys: ['left'], help: 'the choice before, in a field that has choices' },
  'form.more': { keys: ['right'], help: 'the next choice; Space does the same' },
  'form.save': { keys: ['ctrl-s'], brief: 'save', help: 'go on from any field' },
  'form.enter': { keys: ['enter'], brief: 'go on', help: 'next field; on the last one, go on' },
  'login.previousMethod': { keys: ['left'], help: 'the login method before, where there are several' },
  'login.nextMethod': { keys: ['right'], help: 'the next login method, where there are several' },
  'form.leave': { keys: ['escape', 'ctrl-q', 'ctrl-d', 'ctrl-c'], brief: 'leave', help: 'leave Postern' },

  'enrol.leave': {
    keys: ['escape', 'ctrl-q', 'ctrl-d', 'ctrl-c'],
    brief: 'not now',
    help: 'leave without a second factor; Postern too, where it is required',
  },
  'you.open': { keys: ['ctrl-k'], brief: 'you', help: 'your second factor and your SSH keys' },
  'you.add': { keys: ["'a"], brief: 'add a key', help: 'register an SSH public key of yours' },
  'you.remove': { keys: ["'r"], brief: 'remove it', help: 'remove the key that is marked' },
  'you.setUp': {
    keys: ["'s"],
    brief: 'set up the second factor',
    help: 'set up a second factor, or a new authenticator in place of the old one',
  },
  'you.drop': { keys: ["'d"], brief: 'drop it', help: 'go without a second factor, where that is allowed' },
  'you.back': { keys: ['escape', 'ctrl-c'], brief: 'back', help: 'back to the menu' },

  'choice.up': { keys: ['up', 'left', 'shiftTab'], help: 'previous choice' },
  'choice.down': { keys: ['down', 'right', 'tab'], help: 'next choice' },
  'choice.take': { keys: ['enter'], brief: 'choose', help: 'take the choice that is marked' },
  'choice.cancel': { keys: ['escape', 'ctrl-c'], brief: 'back', help: 'back, nothing is done' },

  'connecting.cancel': { keys: ['escape', 'ctrl-c'], brief: 'give up', help: 'give up connecting' },
  'hostKey.once': { keys: ["'o"], brief: 'once', help: 'accept the host key for this session' },
  'hostKey.pin': { keys: ["'p"], brief: 'pin', help: 'accept it and pin it for everybody, if you may' },
  'hostKey.refuse': { keys: ["'r", 'escape', 'ctrl-c'], brief: 'refuse', help: 'refuse it: no session' },

  'refused.back': {
    keys: ['enter', 'escape', 'ctrl-c'],
    brief: 'back to the menu',
    help: 'back to the menu',
  },
  'refused.again': { keys: ["'r", 'ctrl-r'], brief: 'try again', help: 'try again' },
  'refused.approve': {
    keys: ["'a"],
    brief: 'approve the new key',
    help: 'approve a changed host key, if you may',
  },

  'dialog.enter': { keys: ['enter'], brief: 'confirm', help: 'confirm' },
  'dialog.cancel': { keys: ['escape', 'ctrl-c'], brief: 'back', help: 'back, nothing is done' },

  'leave.yes': { keys: ['enter', "'y", 'ctrl-c', 'ctrl-d', 'ctrl-q'], brief: 'leave', help: 'leave' },
  'leave.no': { keys: ['escape', "'n"], brief: 'stay', help: 'stay' },
} as const satisfies Record<string, Command>;
export type CommandName = keyof typeof COMMANDS;

/** Commands that mean the same wherever they are; screens need not answer them. */
export const EVERYWHERE = [...TAB, 'you.open'] as const;

/** What each screen listens to, in the order of the line at the bottom. `typing`: characters are text, never commands. */
export const SCREENS = {
  login: {
    title: 'Login',
    typing: true,
    commands: [...FORM, 'login.previousMethod', 'login.nextMethod'],
  },
  unavailable: { title: 'Portal closed', typing: false, commands: ['form.leave'] },
  password: { title: 'New password', typing: true, commands: FORM },
  code: { title: 'Second factor', typing: true, commands: ['form.enter', ...EDIT, 'form.leave'] },
  enrol: {
    title: 'Setting up a second factor',
    typing: true,
    commands: ['form.enter', ...EDIT, 'enrol.leave'],
  },
  you: {
    title: 'You',
    typing: false,
    commands: [
      'you.add',
      'you.remove',
      'you.setUp',
      'you.drop',
      'you.back',
      'leave.now',
      'choice.up',
      'choice.down',
    ],
  },
  addKey: { title: 'A new SSH key', typing: true, commands: ['dialog.enter', 'dialog.cancel', ...EDIT] },
  removeKey: { title: 'Removing a key', typing: false, commands: ['dialog.enter', 'dialog.cancel'] },
  prove: { title: 'Is it you?', typing: true, commands: ['dialog.enter', 'dialog.cancel', ...EDIT] },
  offer: {
    title: 'Sessions that wait for you',
    typing: false,
    commands: ['choice.take', 'choice.up', 'choice.down', 'choice.cancel'],
  },
  accounts: {
    title: 'Accounts',
    typing: true,
    commands: [
      'account.connect',
      ...TAB,
      'account.favourite',
      'account.secret',
      'safes.open',
      'list.refresh',
      'list.back',
      'users.open',
      'account.add',
      'account.manage',
      'you.open',
      ...MOVE,
      ...EDIT,
    ],
  },
  form: {
    title: 'Forms',
    typing: true,
    commands: [
      'form.enter',
      'form.next',
      'form.previous',
      'form.save',
      'choice.cancel',
      'form.less',
      'form.more',
      ...EDIT,
    ],
  },
  acts: {
    title: 'What to do with it',
    typing: false,
    commands: ['choice.take', 'choice.up', 'choice.down', 'choice.cancel'],
  },
  recordings: {
    title: 'Recordings',
    typing: true,
    commands: [
      'recording.replay',
      'recording.search',
      'recording.web',
      ...TAB,
      'recording.hold',
      'recording.delete',
      'list.refresh',
      'list.back',
      'you.open',
      ...MOVE,
      'text.erase',
      'text.clear',
    ],
  },
  search: {
    title: 'Search',
    typing: true,
    commands: ['search.enter', 'search.leave', ...MOVE, ...EDIT, ...LEAVE],
  },
  keepRecording: {
    title: 'Holding or deleting a recording',
    typing: true,
    commands: ['dialog.enter', 'dialog.cancel', ...EDIT],
  },
  webLink: { title: 'In a browser', typing: false, commands: ['dialog.enter', 'dialog.cancel'] },
  transcript: {
    title: 'Transcript beside a replay',
    typing: false,
    commands: ['transcript.jump', 'transcript.leave', ...MOVE, ...LEAVE],
  },
  live: {
    title: 'Live',
    typing: true,
    commands: [
      'session.attach',
      'session.replay',
      'session.end',
      'session.suspend',
      'session.message',
      ...TAB,
      'live.sort',
      'list.refresh',
      'list.back',
      'you.open',
      ...MOVE,
      ...EDIT,
    ],
  },
  help: { title: 'Help', typing: false, commands: ['help.back', ...TAB, 'you.open', ...MOVE] },
  reason: { title: 'Why', typing: true, commands: ['dialog.enter', 'dialog.cancel', ...EDIT] },
  connecting: { title: 'Connecting', typing: false, commands: ['connecting.cancel'] },
  hostKey: {
    title: 'Unknown host key',
    typing: false,
    commands: ['choice.take', 'hostKey.once', 'hostKey.pin', 'hostKey.refuse', 'choice.up', 'choice.down'],
  },
  refused: {
    title: 'Not connected',
    typing: false,
    commands: ['refused.back', 'refused.again', 'refused.approve'],
  },
  approve: { title: 'Changed host key', typing: true, commands: ['dialog.enter', 'dialog.cancel', ...EDIT] },
  endSession: {
    title: 'Ending a session',
    typing: true,
    commands: ['dialog.enter', 'dialog.cancel', ...EDIT],
  },
  suspendSession: {
    title: 'Suspending a session',
    typing: true,
    commands: ['dialog.enter', 'suspend.output', 'dialog.cancel', ...EDIT],
  },
  messageSession: {
    title: 'Writing to the owner of a session',
    typing: true,
    commands: ['dialog.enter', 'dialog.cancel', ...EDIT],
  },
  control: { title: 'Typing in another person’s session', typing: false, commands: ['control.handBack'] },
  replay: {
    title: 'Replay',
    typing: false,
    commands: [
      'replay.toggle',
      'replay.back',
      'replay.ahead',
      'replay.farBack',
      'replay.farAhead',
      'replay.first',
      'replay.last',
      'replay.leave',
      'replay.faster',
      'replay.slower',
      'replay.nextCommand',
      'replay.transcript',
      'replay.nextMarker',
      'replay.previousMarker',
      'replay.previousCommand',
      'replay.stepAhead',
      'replay.stepBack',
      'replay.idle',
      'replay.up',
      'replay.down',
      'replay.left',
      'replay.right',
    ],
  },
  watch: {
    title: 'Watching a session',
    typing: false,
    commands: [
      'watch.leave',
      'watch.control',
      'session.replay',
      'session.suspend',
      'session.message',
      'session.end',
      'watch.left',
      'watch.follow',
      'watch.right',
      'watch.up',
      'watch.down',
    ],
  },
  secret: {
    title: 'Secret',
    typing: true,
    commands: ['dialog.enter', 'secret.copy', 'dialog.cancel', ...EDIT],
  },
  ...MANAGE_SCREENS,
  audit: {
    title: 'Audit',
    typing: true,
    commands: ['list.refresh', 'list.back', ...MOVE, ...EDIT, ...LEAVE],
  },
  leave: { title: 'Leaving', typing: false, commands: ['leave.yes', 'leave.no'] },
} as const satisfies Record<
  string,
  { readonly title: string; readonly typing: boolean; readonly commands: readonly CommandName[] }
>;
export type KeyScreen = keyof typeof SCREENS;
export type CommandOf<S extends KeyScreen> = (typeof SCREENS)[S]['commands'][number];

/** The command of a stroke on a screen, or null. Screens where nothing is typed hear characters as keys, one by one. */
export function commandOf(screen: KeyScreen, stroke: Stroke): CommandName | null {
  const pressed: KeyName = stroke.kind === 'key' ? stroke.key : `'${stroke.text.toLowerCase()}`;
  if (stroke.kind === 'text' && SCREENS[screen].typing) return null;
  const commands: readonly CommandName[] = SCREENS[screen].commands;
  return commands.find((name) => (COMMANDS[name].keys as readonly KeyName[]).includes(pressed)) ?? null;
}
