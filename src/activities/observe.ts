import type { Spoken } from './classify.js';
import type { Observer } from './observer.js';
import { observeRsync } from './rsync/rsync.js';
import { observeScp } from './scp.js';
import { observeSftp } from './sftp/sftp.js';

/** The observer for what is going to be spoken. */
export function observe(spoken: Spoken): Observer {
  switch (spoken.protocol) {
    case 'sftp':
      return observeSftp();
    case 'scp':
      return observeScp(spoken);
    case 'rsync':
      return observeRsync(spoken);
    default:
      return spoken satisfies never;
  }
}
