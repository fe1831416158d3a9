import { z } from 'zod';
import { RECORDED_ACTIVITIES } from '#/domain/recording-filter.js';
import { OUTCOMES } from '#/domain/session.js';
import { call } from './call-kind.js';
import type { RecordingRow } from './rows.js';

const ticket = z.string().max(128);
const id = z.string().max(64);
const word = z.string().min(1).max(256);
const time = z.int().min(0);

export const recordingFilter = z.strictObject({
  user: word.optional(),
  account: word.optional(),
  target: word.optional(),
  safe: word.optional(),
  any: z.array(word).max(20).readonly().optional(),
  since: time.optional(),
  until: time.optional(),
  longer: time.optional(),
  shorter: time.optional(),
  outcome: z.enum(OUTCOMES).optional(),
  has: z.array(z.enum(RECORDED_ACTIVITIES)).max(4).readonly().optional(),
});

/** `after`: the last recording of the page before. Fewer rows than `limit` are the last ones. */
const page = {
  filter: recordingFilter.optional(),
  after: id.optional(),
  limit: z.int().min(1).max(5000).optional(),
};

/** The library: a part of CALLS. Newest first; a person sees what he may replay. */
export const LIBRARY_CALLS = {
  'person.recordings': call<readonly RecordingRow[]>()(['PVWAGW'], z.strictObject({ ticket, ...page })),
  'admin.recordings.list': call<readonly RecordingRow[]>()(['console'], z.strictObject(page)),
} as const;
