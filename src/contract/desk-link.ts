import { z } from 'zod';
import type { CallArgs, CallName } from './calls.js';
import { DIRECTORY_PERSON_CALLS } from './directory-person-calls.js';
import { GROUP_CALLS } from './group-calls.js';
import { MANAGE_CALLS } from './manage-calls.js';
import { exportFormat, type FromMonitor } from './replay-link.js';

/**
 * The desk: a local person who logs in with `postern --as NAME` and works through a portal, as the screens do. The portal
 * keeps the ticket; what is asked has the names and arguments of the vault's own calls, without it.
 */
export const deskLogin = z.strictObject({
  user: z.string().max(4096),
  /** 'vault' or a directory; absent: by what the name ends in. */
  method: z.string().max(1024).optional(),
});

/** What a login has yet to do before anything else is answered. */
export interface DeskGreeting {
  readonly user: string;
  readonly next: 'nothing' | 'code';
}

/** One recording at the desk: opened by 'desk.recording.open', then read by 'desk.recording.next' until it is over. */
export const deskRecording = z.strictObject({
  recordingId: z.string().max(64),
  question: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('verify') }),
    z.strictObject({ type: z.literal('export'), format: exportFormat }),
  ]),
});
export type DeskRecordingArgs = z.infer<typeof deskRecording>;

/** `over`: the monitor's last word; null: there are bytes beside this, and more to come. */
export interface DeskNext {
  readonly over: FromMonitor | null;
}

type Ticketed = { [K in CallName]: CallArgs<K> extends { readonly ticket: string } ? K : never }[CallName];
const BESIDE = [
  'person.accounts',
  'person.sessions',
  'person.endSession',
  'person.suspendSession',
  'person.resumeSession',
  'person.messageSession',
  'person.policy',
  'person.explain',
  'person.recordings',
  'person.recording.delete',
  'person.recording.hold',
] as const satisfies readonly Ticketed[];
export type DeskCall =
  | keyof typeof MANAGE_CALLS
  | keyof typeof GROUP_CALLS
  | keyof typeof DIRECTORY_PERSON_CALLS
  | (typeof BESIDE)[number];

/** What may be asked at the desk: what people manage and look through; no way into a session, nothing about the login itself. */
const DESK_CALLS: ReadonlySet<string> = new Set([
  ...Object.keys(MANAGE_CALLS),
  ...Object.keys(GROUP_CALLS),
  ...Object.keys(DIRECTORY_PERSON_CALLS),
  ...BESIDE,
]);

export function isDeskCall(call: string): call is DeskCall {
  return DESK_CALLS.has(call);
}

export type DeskArgs<K extends DeskCall> = Omit<CallArgs<K>, 'ticket'>;
