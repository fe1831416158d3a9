import { LONGEST_COMMAND, type PlainChannel } from '#/contract/session-link.js';
import { oneLine } from '#/domain/failure.js';

/** One line that says what runs, for markers and the audit. */
export function channelName(channel: PlainChannel): string {
  switch (channel.kind) {
    case 'shell':
      return 'a shell';
    case 'exec':
      return `command ${oneLine(channel.command, 250)}`;
    case 'subsystem':
      return `subsystem ${oneLine(channel.name)}`;
    default:
      return channel satisfies never;
  }
}

/** Programs that carry files: what they send is contents and protocol, not text. */
const TRANSFER =
  /^(?:[\w./-]*\/)?(?:scp(?= .*-[a-z]*[tf])|rsync(?= .*--server)|sftp-server|internal-sftp|git-(?:upload|receive)-pack)\b/;

export function isTransfer(channel: PlainChannel): boolean {
  if (channel.kind === 'subsystem') return channel.name === 'sftp';
  return channel.kind === 'exec' && TRANSFER.test(channel.command);
}

/** The file that the program inside the box reads (native/postern-inside.c); null: it cannot carry that. */
export function commandFile(channel: PlainChannel): string | null {
  const text =
    channel.kind === 'shell' ? 'c' : channel.kind === 'exec' ? `e${channel.command}` : `s${channel.name}`;
  return text.includes('\0') || Buffer.byteLength(text) > LONGEST_COMMAND ? null : text;
}
