import type { DirectVisit } from '#/door/direct-visit.js';
import { REFUSALS } from '#/door/refusals.js';
import type { DirectOptions } from './account-of.js';
import { runChannel } from './run-channel.js';

/** What ssh itself ends with when it is not the command that failed. */
const NOT_CONNECTED = 255;

/** One channel without a terminal: to its account, or to a few lines on stderr. Nothing of ours ever goes to its output. */
export async function serveDirect(visit: DirectVisit, options: DirectOptions): Promise<void> {
  const why = notYet(visit);
  if (why === null) return await runChannel(visit, options);
  visit.errors.write(`${why}${visit.pty === null ? '' : '\r'}\n`);
  visit.exit(NOT_CONNECTED);
}

/** Of subsystems there is sftp, which has no use for a terminal. */
function notYet({ pty, channel }: DirectVisit): string | null {
  if (channel.kind !== 'subsystem') return null;
  if (channel.name !== 'sftp') return REFUSALS.subsystem(channel.name);
  return pty === null ? null : REFUSALS.sftpOnTerminal;
}
