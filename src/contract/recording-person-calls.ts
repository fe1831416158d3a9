import { z } from 'zod';
import { call } from './call-kind.js';

const asked = {
  ticket: z.string().max(128),
  recordingId: z.string().max(64),
  reason: z.string().min(1).max(1024),
};

/** What people do with recordings that are kept: a part of CALLS. */
export const RECORDING_PERSON_CALLS = {
  /** Destroys its key. Takes deleteAccounts on its recording safe, of its owner too. */
  'person.recording.delete': call<null>()(['PVWAGW'], z.strictObject(asked)),
  /** Takes manageSafe on its recording safe. */
  'person.recording.hold': call<null>()(['PVWAGW'], z.strictObject({ ...asked, held: z.boolean() })),
} as const;
