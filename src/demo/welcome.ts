import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const GREETING = [
  '',
  'This is the demo target: a small machine of its own, without a network.',
  'You came here as a privileged account whose password nobody showed you.',
  'Look around (ls, cat README), leave with exit, then replay what you did.',
  '',
  '',
].join('\r\n');

const README = `Welcome to the demo target.

Everything you type and see here is on a recording by now. To look at it:

  1. leave with "exit": you are back in the menu
  2. press Tab until you are in "recordings"
  3. Enter replays the newest one

Other things to try: vi notes.txt, top, a window of another size, a second
session at the same time, or closing your terminal and coming back.
`;

const LOG = `09:12:03 backup: 3 volumes, 41 GB, 0 errors
09:12:04 backup: next run in 24 h
09:40:51 web: certificate expires in 12 days
10:02:17 db: slow query, 4.2 s
`;

/** A few files to look at. The home is in memory and new at each start. */
export function furnish(home: string): void {
  mkdirSync(join(home, 'logs'), { recursive: true });
  writeFileSync(join(home, 'README'), README);
  writeFileSync(join(home, 'notes.txt'), 'Nothing written yet.\n');
  writeFileSync(join(home, 'logs', 'today.log'), LOG);
  writeFileSync(
    join(home, '.bashrc'),
    "PS1='\\[\\e[1;32m\\]\\u@demo\\[\\e[0m\\]:\\w\\$ '\nalias ls='ls --color=auto'\n",
  );
}
