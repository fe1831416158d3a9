import { z } from 'zod';
import { call } from './call-kind.js';
import type { RecordingRow, SignedHead } from './rows.js';
import type { SignedList } from './signed-list.js';
import type { StoredProof } from './stored-proof.js';

const text = z.string().max(1024);
const id = z.string().max(64);
const nothing = z.strictObject({});

/** What the recorder and the monitor ask about recordings: a part of CALLS. */
export const RECORDING_CALLS = {
  // PSMApp: the recorder
  /** Tapes that the vault knows and has not been told to be stored. */
  'recording.pending': call<
    readonly { readonly recordingId: string; readonly recordingSafe: string; readonly live: boolean }[]
  >()(['PSMApp'], nothing),
  'recording.stored': call<null>()(
    ['PSMApp'],
    z.strictObject({
      recordingId: id,
      bytes: z.int(),
      segments: z.int(),
      head: z.string().length(64),
      digest: z.string().length(64),
      complete: z.boolean(),
      durationMs: z.int(),
      text: z
        .array(z.strictObject({ segment: z.int().min(0), offset: z.int().min(0), bytes: z.int().min(0) }))
        .max(5000)
        .readonly()
        .nullable()
        .optional(),
    }),
  ),

  // PSMAdminConnect: the monitor
  /** Uses a replay permit up. `ephemeral` is from the tape's header. Blob back: the 32 byte content key of this one recording. */
  'replay.redeem': call<{
    readonly recordingId: string;
    readonly recordingSafe: string;
    readonly heads: readonly SignedHead[];
    /** Null: the vault is sealed. */
    readonly list: SignedList | null;
    readonly verifyKey: string;
    readonly stored: 'live' | 'spool' | 'safe' | 'deleted';
    readonly row: RecordingRow;
    /** Null: it was stored before such statements were signed, or is not stored yet. */
    readonly proof: StoredProof | null;
    /** Who watches; null: the console. */
    readonly viewer: string | null;
  }>()(['PSMAdminConnect'], z.strictObject({ permit: text })),
  /**
   * Asked every second while a recording is shown: fails as soon as the viewer lost the right to it, or it was deleted. Who
   * asks of one whose session runs follows that session.
   */
  'replay.goesOn': call<{ readonly row: RecordingRow }>()(
    ['PSMAdminConnect'],
    z.strictObject({ permit: text }),
  ),
  /** It is shown no more. */
  'replay.over': call<null>()(['PSMAdminConnect'], z.strictObject({ permit: text })),
  'replay.key': call<null>()(
    ['PSMAdminConnect'],
    z.strictObject({ permit: text, ephemeral: z.string().length(44) }),
  ),
} as const;
