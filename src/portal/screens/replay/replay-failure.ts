import type { Failure } from '#/domain/failure.js';

/** It is tried again by itself: the tape is about to be there, or the monitor is. */
export function willPass({ code }: Failure): boolean {
  return code === 'RECORDING_NOT_STORED' || code === 'MONITOR_UNAVAILABLE';
}
