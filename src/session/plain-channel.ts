import type { Asked } from '#/activities/classify.js';
import { LONGEST_COMMAND, type PlainChannel, type WantedChannel } from '#/contract/session-link.js';
import { oneLine } from '#/domain/failure.js';
import { forwardText } from '#/domain/forward-pattern.js';
import { rawBytes, shownText } from '#/domain/raw-text.js';

/** One line that says what runs, for markers and the audit. */
export function channelName(channel: WantedChannel): string {
  switch (channel.kind) {
    case 'shell':
      return 'a shell';
    case 'exec':
      return `command ${oneLine(shownText(channel.command), 250)}`;
    case 'terminal':
      return `command on a terminal ${oneLine(shownText(channel.command), 250)}`;
    case 'subsystem':
      return `subsystem ${oneLine(channel.name)}`;
    case 'forward':
      return `connection to ${forwardText(channel)}`;
    case 'listen':
      return `listening at ${forwardText(channel)} of the target`;
    default:
      return channel satisfies never;
  }
}

/** What carries files or other connections: what it sends is contents and protocol, not text. */
const TRANSFER =
  /^(?:[\w./-]*\/)?(?:scp(?= .*-[a-z]*[tf])|rsync(?= .*--server)|sftp-server|internal-sftp|git-(?:upload|receive)-pack)\b/;

export function isTransfer(channel: PlainChannel): boolean {
  if (channel.kind === 'subsystem') return channel.name === 'sftp';
  if (channel.kind === 'forward' || channel.kind === 'listen') return true;
  return channel.kind === 'exec' && TRANSFER.test(channel.command);
}

/** The file that the program inside the box reads (native/postern-inside.c); null: it cannot carry that. */
export function commandFile(channel: WantedChannel): string | null {
  const text = fileText(channel);
  return text.includes('\0') || rawBytes(text).length > LONGEST_COMMAND ? null : text;
}

function fileText(channel: WantedChannel): string {
  switch (channel.kind) {
    case 'shell':
      return 'c';
    case 'exec':
      return `e${channel.command}`;
    case 'terminal':
      return `t${channel.command}`;
    case 'subsystem':
      return `s${channel.name}`;
    case 'forward':
      return `w${channel.port} ${channel.host}`;
    case 'listen':
      return `l${channel.port} ${channel.host}`;
    default:
      return channel satisfies never;
  }
}

/** Null: the session has a terminal. */
export function plainOf(channel: WantedChannel | undefined): PlainChannel | null {
  return channel === undefined || channel.kind === 'terminal' ? null : channel;
}

/** What may be a file transfer; null: a shell is none. */
export function askedOf(channel: PlainChannel): Asked | null {
  if (channel.kind === 'exec') return { type: 'exec', command: shownText(channel.command) };
  return channel.kind === 'subsystem' ? { type: 'subsystem', name: channel.name } : null;
}
