import type { MonitorRequest } from '#/contract/replay-link.js';
import type { WebAbout } from '#/contract/web-page.js';
import type { Failure } from '#/domain/failure.js';
import { type Follower, followTape } from './follow-tape.js';
import { keepAsking } from './keep-asking.js';
import { stepFrom } from './next-event.js';
import type { FoundTape, ReplayVault } from './open-recording.js';
import { type Replay, startReplay } from './replay.js';
import type { TapeReader } from './tape-reader.js';
import { openScreen } from './tape-screen.js';
import { type TapeTimeline, timelineOf } from './tape-timeline.js';
import { type TapeTranscript, transcriptOf } from './tape-transcript.js';
import type { ViewerLink } from './viewer-link.js';
import { type Page, servePage } from './web/serve-page.js';

export interface ShowParts {
  readonly vault: ReplayVault;
  /** Milliseconds that only go forward. */
  readonly clock: () => number;
  readonly log: (what: string, about?: unknown) => void;
  readonly link: ViewerLink;
  /** Ends the connection. */
  readonly fail: (why: Failure) => void;
  readonly onClose: (then: () => void) => void;
}

export interface OpenedTape {
  readonly reader: TapeReader;
  readonly found: FoundTape;
}

/** Shows a recording in a terminal, as long as its viewer may see it; one whose session runs grows meanwhile. Null: it failed. */
export async function showReplay(
  parts: ShowParts,
  tape: OpenedTape,
  size: Extract<MonitorRequest, { type: 'replay' }>,
): Promise<Replay | null> {
  const { reader } = tape;
  const shown = await beginShowing(parts, tape);
  if (shown === null) return null;
  const { timeline } = shown;
  const { link, fail } = parts;
  link.send({
    type: 'opened',
    durationMs: reader.durationMs,
    markers: timeline.markers,
    ...shown.about(),
  });
  const screen = openScreen(reader);
  const transcript = transcriptOf(reader, timeline.running);
  const replay = startReplay({
    screen,
    timeline,
    size,
    clock: parts.clock,
    send: (frame) => link.send(frame),
    transcript,
    step: (at, direction) => stepFrom(reader, at, direction),
    sendTranscript: (frame) => link.send(frame),
    idle: () => link.idle,
    failed: fail,
  });
  let told = timeline.markers.length;
  shown.onGrown(({ running }) => {
    const markers = timeline.markers.slice(told);
    told += markers.length;
    link.send({ type: 'grown', durationMs: reader.durationMs, markers, ...shown.about() });
    replay.wake();
    growTranscript(transcript, running, fail);
  });
  parts.onClose(() => {
    replay.close();
    screen.close();
  });
  return replay;
}

/** Gives a recording to a browser. Null: it failed. */
export async function showPage(parts: ShowParts, tape: OpenedTape): Promise<Page | null> {
  const { reader } = tape;
  const shown = await beginShowing(parts, tape);
  if (shown === null) return null;
  const { timeline } = shown;
  const { link, fail } = parts;
  const transcript = transcriptOf(reader, timeline.running);
  const page = servePage({ reader, timeline, about: shown.about, transcript, link, failed: fail });
  shown.onGrown(({ running }) => growTranscript(transcript, running, fail));
  parts.onClose(() => page.close());
  link.send({ type: 'page', ...page.now() });
  return page;
}

function growTranscript(transcript: TapeTranscript, running: boolean, fail: ShowParts['fail']): void {
  void transcript.grow(!running).then((read) => (read.ok ? undefined : fail(read.failure)));
}

interface Shown {
  readonly timeline: TapeTimeline;
  readonly about: () => WebAbout;
  readonly onGrown: (listener: Parameters<typeof followTape>[0]['grown']) => void;
}

/** What a terminal and a browser have in common: the right to see it is asked about, and the tape is followed. */
async function beginShowing(
  { vault, clock, link, fail, log, onClose }: ShowParts,
  { reader, found }: OpenedTape,
): Promise<Shown | null> {
  const { permit } = found;
  let { row } = found.redeemed;
  const running = found.growing && !(reader.index.scan.ended && row.endedAt !== null);
  const timeline = await timelineOf(reader, running);
  if (!timeline.ok || link.closed) {
    await reader.close();
    if (!timeline.ok) fail(timeline.failure);
    return null;
  }
  let grown: Parameters<Shown['onGrown']>[0] = () => undefined;
  const follower: Follower | null = running
    ? followTape({
        reader,
        timeline: timeline.value,
        row,
        grown: (now) => {
          row = now.row;
          grown(now);
        },
        failed: fail,
      })
    : null;
  const stopAsking = keepAsking({
    ask: async () => {
      const said = await vault.goesOn(permit);
      if (said.ok) follower?.told(said.value.row);
      return said;
    },
    over: fail,
    clock,
  });
  onClose(() => {
    stopAsking();
    follower?.stop();
    vault.over(permit);
    reader.close().catch((error: unknown) => log('a recording could not be closed', error));
  });
  return {
    timeline: timeline.value,
    about: () => ({
      row,
      complete: reader.index.scan.ended && reader.index.scan.rest === 'none',
      running: timeline.value.running,
    }),
    onGrown: (listener) => (grown = listener),
  };
}
