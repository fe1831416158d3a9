import type { PageQuestion } from '#/contract/replay-link.js';
import type { WebAbout, WebIndex } from '#/contract/web-page.js';
import type { Failure } from '#/domain/failure.js';
import { done } from '#/domain/outcome.js';
import { clampSize } from '#/domain/session.js';
import type { TapeReader } from '../tape-reader.js';
import type { TapeTranscript } from '../tape-transcript.js';
import type { Timeline } from '../timeline.js';
import type { ViewerLink } from '../viewer-link.js';
import { webNews } from './web-news.js';
import { webParts } from './web-parts.js';
import { webSegment } from './web-segment.js';
import { webTranscript } from './web-transcript.js';

export interface PageParts {
  readonly reader: TapeReader;
  readonly timeline: Timeline;
  readonly about: () => WebAbout;
  readonly transcript: TapeTranscript;
  readonly link: ViewerLink;
  readonly failed: (failure: Failure) => void;
}

export interface Page {
  /** As it is now: of a session that runs there is more later. */
  now(): { readonly index: WebIndex; readonly about: WebAbout };
  ask(question: PageQuestion): void;
  close(): void;
}

/** Questions that may wait. */
const MOST_WAITING = 64;

/** Gives a recording to a browser part by part, in the order in which it is asked. */
export function servePage({ reader, timeline, about, transcript, link, failed }: PageParts): Page {
  let parts = webParts(reader.index, reader.durationMs);
  const lines = webTranscript(transcript, failed);
  const waiting: PageQuestion[] = [];
  let working = false;
  let closed = false;
  return {
    now,
    ask(wanted) {
      if (waiting.length >= MOST_WAITING) return;
      waiting.push(wanted);
      if (!working) void work();
    },
    close() {
      closed = true;
      waiting.length = 0;
      transcript.close();
    },
  };

  /** More parts may have come; those that were there stay what they are, but for the end of the last. */
  function now(): ReturnType<Page['now']> {
    parts = webParts(reader.index, reader.durationMs);
    return { index: indexOf(reader, timeline, parts), about: about() };
  }
  async function work(): Promise<void> {
    working = true;
    for (let one = waiting.shift(); one !== undefined && !closed; one = waiting.shift()) {
      const found = await answerTo(one);
      if (closed || found === null) continue;
      if (!found.ok) {
        failed(found.failure);
        break;
      }
      const bytes = Buffer.from(JSON.stringify(found.value), 'utf8');
      await link.data(bytes);
      link.send({ type: 'done', bytes: bytes.length });
    }
    working = false;
  }

  async function answerTo(wanted: PageQuestion) {
    if (wanted.type === 'page-transcript') return done(await lines());
    if (wanted.type === 'page-index') return done(now());
    if (wanted.type === 'page-news') return await webNews(reader, wanted.from, about().running);
    const part = parts[wanted.number];
    return part === undefined ? null : await webSegment(reader, part, parts[wanted.number + 1]);
  }
}

function indexOf(reader: TapeReader, { markers }: Timeline, parts: ReturnType<typeof webParts>): WebIndex {
  const { columns, rows } = clampSize(reader.header.columns, reader.header.rows);
  const duration = reader.durationMs;
  return {
    version: 1,
    duration: duration / 1000,
    term: { cols: columns, rows },
    markers: markers.filter(({ at }) => at <= duration).map(({ at, label }) => [at / 1000, label] as const),
    segments: parts.map(({ start }, number) => ({ start: start / 1000, url: `segment/${number}` })),
  };
}
