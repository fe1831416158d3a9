/** Milliseconds on the tape in which nothing happened. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** What of a tape matters for playing it; all times are milliseconds on the tape, in order. */
export interface Timeline {
  readonly durationMs: number;
  readonly gaps: readonly Gap[];
  readonly markers: readonly { readonly at: number; readonly label: string }[];
  /** It is being written: its end is the present. */
  readonly running: boolean;
}

/** Where playing is. `clock` is when `at` was true, milliseconds of the clock that is passed in. */
export interface Playhead {
  readonly at: number;
  readonly clock: number;
  /** 'following': at the present, whatever comes. */
  readonly state: 'playing' | 'paused' | 'following' | 'ended';
  readonly speed: number;
  /** Gaps longer than this take this long; 0: as long as they were. */
  readonly idleLimit: number;
}

export type PlayCommand =
  | { readonly type: 'play' | 'pause' }
  | { readonly type: 'seek'; readonly to: number }
  | { readonly type: 'speed'; readonly factor: number }
  | {
      readonly type: 'marker';
      readonly direction: 'next' | 'previous';
      readonly only?: 'commands' | undefined;
    }
  | { readonly type: 'idle'; readonly limit: number };

/** How the markers of commands begin. */
const COMMAND = 'command ';

/** Someone who presses "previous" a moment after a marker means the one before it. */
const MOMENT = 1000;

export function beginning(clock: number): Playhead {
  return { at: 0, clock, state: 'playing', speed: 1, idleLimit: 0 };
}

/** The playhead as it is at that time of the clock. */
export function advance(head: Playhead, timeline: Timeline, clock: number): Playhead {
  if (head.state === 'following') return atEnd({ ...head, clock }, timeline);
  if (head.state !== 'playing') return { ...head, clock };
  const at = travel(head, timeline, Math.max(0, clock - head.clock) * head.speed);
  return at >= timeline.durationMs ? atEnd({ ...head, clock }, timeline) : { ...head, clock, at };
}

/** The end of a tape that is being written is the present. */
function atEnd(head: Playhead, { durationMs, running }: Timeline): Playhead {
  return { ...head, at: durationMs, state: running ? 'following' : 'ended' };
}

/** The playhead after a command, at that time of the clock. */
export function obey(before: Playhead, timeline: Timeline, command: PlayCommand, clock: number): Playhead {
  const head = advance(before, timeline, clock);
  switch (command.type) {
    case 'play':
      return head.state === 'paused' ? { ...head, state: 'playing' } : head;
    case 'pause':
      return head.state === 'ended' ? head : { ...head, state: 'paused' };
    case 'seek':
      return seek(head, timeline, command.to);
    case 'speed':
      return { ...head, speed: command.factor };
    case 'idle':
      return { ...head, idleLimit: command.limit };
    case 'marker': {
      const markers =
        command.only === undefined
          ? timeline.markers
          : timeline.markers.filter(({ label }) => label.startsWith(COMMAND));
      const found =
        command.direction === 'next'
          ? markers.find(({ at }) => at > head.at)
          : markers.findLast(({ at }) => at < head.at - MOMENT);
      if (found !== undefined) return seek(head, timeline, found.at);
      return command.direction === 'next' ? head : seek(head, timeline, 0);
    }
    default:
      return command satisfies never;
  }
}

function seek(head: Playhead, timeline: Timeline, to: number): Playhead {
  const at = Math.max(0, Math.min(to, timeline.durationMs));
  if (at >= timeline.durationMs) return atEnd(head, timeline);
  // who goes back from the present goes on from there; from the end he looks
  const state = head.state === 'following' ? 'playing' : head.state === 'ended' ? 'paused' : head.state;
  return { ...head, at, state };
}

/** Where `budget` milliseconds of playing lead, when each long gap takes only `idleLimit`. */
function travel({ at: from, idleLimit }: Playhead, { gaps }: Timeline, budget: number): number {
  if (idleLimit <= 0) return from + budget;
  let [at, left] = [from, budget];
  for (const gap of gaps) {
    const length = gap.to - gap.from;
    if (length <= idleLimit || gap.to <= at) continue;
    const before = Math.max(0, gap.from - at);
    if (left <= before) break;
    [at, left] = [Math.max(at, gap.from), left - before];
    // within a gap the time of the tape runs faster, so that leaving it is no jump
    const cost = ((gap.to - at) * idleLimit) / length;
    if (left < cost) return at + (left * length) / idleLimit;
    [at, left] = [gap.to, left - cost];
  }
  return at + left;
}
