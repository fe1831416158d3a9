import type { RecordingRow } from '#/contract/rows.js';
import { type Failure, failure } from '#/domain/failure.js';
import type { TapeReader } from './tape-reader.js';
import type { TapeTimeline } from './tape-timeline.js';

/** Somebody has a recording open whose session runs: what is written comes into sight. */
export interface Follower {
  /** What the vault says of the recording now. */
  told(row: RecordingRow): void;
  stop(): void;
}

export interface FollowParts {
  readonly reader: TapeReader;
  readonly timeline: TapeTimeline;
  readonly row: RecordingRow;
  /** Something came; `running` false: nothing more will, and everything is there. */
  readonly grown: (now: { readonly running: boolean; readonly row: RecordingRow }) => void;
  readonly failed: (why: Failure) => void;
}

/** Milliseconds between two looks at the tape. */
const LOOK = 250;

/** Follows a tape until its end is there, or the vault says that what is there is all. */
export function followTape({ reader, timeline, row: first, grown, failed }: FollowParts): Follower {
  let row = first;
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;
  const look = async (): Promise<void> => {
    // asked before: what came until then is read below
    const stored = row.stored === 'safe' || row.stored === 'deleted';
    const grew = await reader.grow();
    if (stopped) return;
    const read = grew ? await timeline.grow() : null;
    if (stopped) return;
    if (read?.ok === false) return fail(read.failure);
    const running = !(stored || (reader.index.scan.ended && row.endedAt !== null));
    if (!running) timeline.finish();
    if (grew || !running) grown({ running, row });
    if (running) plan();
  };
  const fail = (why: Failure): void => {
    if (!stopped) failed(why);
    stopped = true;
  };
  const plan = (): void => {
    timer = setTimeout(
      () =>
        void look().catch((error: unknown) =>
          fail(
            failure('INTERNAL', error instanceof Error ? error.message : 'the recording cannot be followed'),
          ),
        ),
      LOOK,
    );
  };
  plan();
  return {
    told: (now) => void (row = now),
    stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
