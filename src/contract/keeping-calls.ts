import { z } from 'zod';
import { call } from './call-kind.js';

const id = z.string().max(64);
const reason = z.string().min(1).max(1024);
const nothing = z.strictObject({});

/** One number that a monitoring system watches. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly kind: 'gauge' | 'counter';
  readonly values: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

/** How long recordings are kept: a part of CALLS. */
export const KEEPING_CALLS = {
  /** A recording on hold is deleted by nobody, whatever its safe's keepDays says. */
  'admin.recordings.hold': call<null>()(['console'], z.strictObject({ recordingId: id, reason })),
  'admin.recordings.release': call<null>()(['console'], z.strictObject({ recordingId: id, reason })),
  /** Destroys its key; the file goes a little later. */
  'admin.recordings.delete': call<null>()(['console'], z.strictObject({ recordingId: id, reason })),
  'admin.metrics': call<readonly Metric[]>()(['console'], nothing),
  /** Deleted recordings whose files are to be removed. */
  'recording.leaving': call<readonly { readonly recordingId: string; readonly recordingSafe: string }[]>()(
    ['PSMApp'],
    nothing,
  ),
  'recording.removed': call<null>()(['PSMApp'], z.strictObject({ recordingId: id })),
} as const;
