import { EDIT, LEAVE, MOVE } from './key-sets.js';

/** What people press to manage accounts, safes, users and groups: a part of COMMANDS. */
export const MANAGE_COMMANDS = {
  'account.add': { keys: ['ctrl-a'], brief: 'add', help: 'add an account, if you may' },
  'account.manage': {
    keys: ['ctrl-x'],
    brief: 'change',
    help: 'rename, move, disable or delete it, or give it another secret: what you may',
  },
  'safe.members': { keys: ['enter'], brief: 'members', help: 'who may do what in the safe' },
  'safe.audit': { keys: ['ctrl-t'], brief: 'audit', help: 'what happened in the safe' },
  'users.open': { keys: ['ctrl-p'], brief: 'people', help: 'the users, if you may manage or audit them' },
  'user.add': { keys: ['ctrl-a'], brief: 'add', help: 'add a user, if you may' },
  'user.manage': {
    keys: ['enter', 'ctrl-x'],
    brief: 'change',
    help: 'disable or enable the user, set a password, keys, expiry, hours, rights or groups, reset a second factor: what you may',
  },
  'groups.open': { keys: ['ctrl-g'], brief: 'groups', help: 'the groups of users' },
  'maps.open': {
    keys: ['ctrl-n'],
    brief: 'directories',
    help: 'what people of directories get, if you say so',
  },
  'map.add': { keys: ['ctrl-a'], brief: 'add', help: 'add a map, a rule for people of a directory' },
  'map.manage': { keys: ['enter', 'ctrl-x'], brief: 'change', help: 'move the map up or down, or remove it' },
  'map.try': {
    keys: ['ctrl-t'],
    brief: 'try',
    help: 'see step by step what somebody of a directory would get; nothing is changed',
  },
  'group.add': { keys: ['ctrl-a'], brief: 'add', help: 'make a group, if you may' },
  'group.manage': {
    keys: ['enter', 'ctrl-x'],
    brief: 'change',
    help: 'add or remove members, set its second factor, delete it: what you may',
  },
  'safe.add': { keys: ['ctrl-a'], brief: 'add', help: 'make a safe, if you may' },
  'safe.manage': { keys: ['ctrl-x'], brief: 'change', help: 'rename or delete the safe, if you may' },
  'audit.all': { keys: ['ctrl-g'], brief: 'all audit', help: 'all of the audit, if you may' },
  'member.add': { keys: ['ctrl-a'], brief: 'add', help: 'add a member, or change what one may do' },
  'member.remove': { keys: ['ctrl-e'], brief: 'remove', help: 'remove the member, after asking' },
} as const;

/** What its screens listen to: a part of SCREENS. */
export const MANAGE_SCREENS = {
  safes: {
    title: 'Safes',
    typing: true,
    commands: [
      'safe.members',
      'safe.audit',
      'audit.all',
      'maps.open',
      'list.refresh',
      'list.back',
      'safe.add',
      'safe.manage',
      ...MOVE,
      ...EDIT,
      ...LEAVE,
    ],
  },
  users: {
    title: 'Users',
    typing: true,
    commands: [
      'user.manage',
      'user.add',
      'groups.open',
      'list.refresh',
      'list.back',
      ...MOVE,
      ...EDIT,
      ...LEAVE,
    ],
  },
  maps: {
    title: 'What people of directories get',
    typing: true,
    commands: ['map.manage', 'map.add', 'map.try', 'list.refresh', 'list.back', ...MOVE, ...EDIT, ...LEAVE],
  },
  trial: {
    title: 'Trying a directory',
    typing: true,
    commands: ['list.refresh', 'list.back', ...MOVE, ...EDIT, ...LEAVE],
  },
  groups: {
    title: 'Groups',
    typing: true,
    commands: ['group.manage', 'group.add', 'list.refresh', 'list.back', ...MOVE, ...EDIT, ...LEAVE],
  },
  members: {
    title: 'Members of a safe',
    typing: true,
    commands: ['member.add', 'member.remove', 'list.refresh', 'list.back', ...MOVE, ...EDIT, ...LEAVE],
  },
  addMember: {
    title: 'Adding a member',
    typing: true,
    commands: ['form.enter', 'form.next', 'form.previous', 'choice.cancel', ...EDIT],
  },
  removeMember: { title: 'Removing a member', typing: false, commands: ['dialog.enter', 'dialog.cancel'] },
} as const;
