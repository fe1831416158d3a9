import type { Duplex } from 'node:stream';
import type {
  ControlCommand,
  MonitorRequest,
  PageQuestion,
  TapeVerdict,
  ToMonitor,
} from '#/contract/replay-link.js';
import { type Failure, failure } from '#/domain/failure.js';
import { exportBundle } from './export-bundle.js';
import { exportCast } from './export-cast.js';
import { exportHtml } from './export-html.js';
import { exportText } from './export-text.js';
import { type FoundTape, findTape, type OpeningParts, openRecording } from './open-recording.js';
import type { Places } from './places.js';
import { DamagedTape } from './read-events.js';
import type { Replay, ReplayCommand } from './replay.js';
import type { SearchVault } from './search/search-recordings.js';
import { serveSearch } from './serve-search.js';
import { showPage, showReplay } from './show-recording.js';
import { storedTapes } from './stored-tapes.js';
import type { TapeReader } from './tape-reader.js';
import { lostVerdict, verifyTape } from './verify-tape.js';
import { openViewerLink, type ViewerLink } from './viewer-link.js';
import { startWatching, type Watching } from './watch.js';
import type { Page } from './web/serve-page.js';

export interface ViewerParts extends OpeningParts {
  /** Milliseconds that only go forward. */
  readonly clock: () => number;
  readonly log: (what: string, about?: unknown) => void;
  readonly limits: ViewerLimits;
  readonly searching: SearchVault;
  /** Path of the socket on which a session host serves viewers. */
  readonly hostPath: (host: number) => string;
}

export interface ViewerLimits {
  /** Milliseconds until a connection must have said what it wants. */
  readonly asking: number;
  /** Of connections of portals, and of replays of each person. */
  readonly all: Places;
  readonly person: Places;
  /** Of searches of each person. */
  readonly searches: Places;
}

type Request = MonitorRequest;

/** Keys that are pressed while a recording is opened. */
const MOST_EARLY = 100;

/** What is shown on a connection: a recording or a running session. */
type Shown = Pick<Replay, 'command' | 'wake'> & Partial<Pick<Watching, 'control' | 'keys'>>;

/**
 * Serves one connection: one replay, export or verification of a recording, or one running session, that its permit is for.
 * Who comes from the console (root) is let in when no place is free, too.
 */
export function serveViewer(stream: Duplex, parts: ViewerParts, from: 'portal' | 'console'): void {
  const { limits } = parts;
  let requested = false;
  let turnedAway = false;
  let replay: Shown | null = null;
  // said before the recording was open
  const early: ReplayCommand[] = [];
  const opened = (running: Shown): void => {
    replay = running;
    for (const command of early.splice(0)) running.command(command);
  };
  const late = setTimeout(
    () => turnAway(failure('PROTOCOL', 'the monitor was not told what to show')),
    limits.asking,
  );
  const onClose: (() => void)[] = [() => clearTimeout(late)];
  const link = openViewerLink(stream, {
    message(message) {
      if (turnedAway) return;
      if (isPageQuestion(message)) return connection.page?.ask(message);
      if (isControl(message)) return replay?.control?.(message);
      if (!isRequest(message)) {
        if (replay !== null) replay.command(message);
        else if (early.length < MOST_EARLY) early.push(message);
        return;
      }
      if (requested) return fail(link, failure('PROTOCOL', 'one connection, one recording'));
      requested = true;
      clearTimeout(late);
      answer(link, parts, message, connection).catch((error: unknown) => {
        parts.log('a viewer could not be served', error);
        fail(link, error instanceof DamagedTape ? error.failure : failure('INTERNAL', 'monitor'));
      });
    },
    keys: (bytes) => replay?.keys?.(bytes),
    idle: () => replay?.wake(),
    closed() {
      for (const then of onClose.splice(0)) then();
    },
  });
  const connection: Connection = { from, opened, onClose: (then) => onClose.push(then), page: null };
  const leave = from === 'console' ? () => undefined : limits.all.take('');
  if (leave !== null) onClose.push(leave);
  else turnAway(failure('VIEWERS_LIMIT', `the bastion has ${limits.all.most} viewers.`));

  function turnAway(why: Failure): void {
    turnedAway = true;
    clearTimeout(late);
    link.send({ type: 'failed', failure: why });
    stream.end(() => stream.destroy());
  }
}

interface Connection {
  readonly from: 'portal' | 'console';
  readonly opened: (replay: Shown) => void;
  readonly onClose: (then: () => void) => void;
  page: Page | null;
}

async function answer(
  link: ViewerLink,
  parts: ViewerParts,
  request: Request,
  connection: Connection,
): Promise<void> {
  if (request.type === 'search') {
    const parted = { vault: parts.searching, recordings: parts.recordings };
    const searched = await serveSearch(link, parted, parts.limits.searches, request);
    return searched.ok ? link.end() : fail(link, searched.failure);
  }
  if (request.type === 'watch') return showLive(link, parts, request, connection);
  if (request.type === 'tapes')
    return connection.from === 'console'
      ? await sendExport(link, storedTapes(parts.recordings))
      : fail(link, failure('NOT_YOUR_ROLE', 'a portal may not ask for the names of all tapes'));
  const found = await findTape(parts, request.permit);
  if (!found.ok) {
    const lost = request.type === 'verify' ? lostVerdict(found.failure) : null;
    return lost === null ? fail(link, found.failure) : sendVerdict(link, lost);
  }
  const { viewer } = found.value.redeemed;
  const leave = viewer === null ? () => undefined : parts.limits.person.take(viewer);
  if (leave === null || link.closed) {
    leave?.();
    await found.value.handle.close();
    const most = `you have ${parts.limits.person.most} open.`;
    return leave === null ? fail(link, failure('VIEWERS_LIMIT', most)) : undefined;
  }
  connection.onClose(leave);
  if (request.type === 'verify') {
    const verdict = await verifyTape(parts, found.value);
    return verdict.ok ? sendVerdict(link, verdict.value) : fail(link, verdict.failure);
  }
  if (request.type === 'export' && request.format === 'bundle') return await sendBundle(link, found.value);
  const reader = await openRecording(parts, found.value);
  if (!reader.ok) return fail(link, reader.failure);
  if (request.type === 'replay' || request.type === 'page') {
    const tape = { reader: reader.value, found: found.value };
    const { vault, clock, log } = parts;
    const showing = { vault, clock, log, link, fail: (why: Failure) => fail(link, why), ...connection };
    if (request.type === 'page') connection.page = await showPage(showing, tape);
    else {
      const replay = await showReplay(showing, tape, request);
      if (replay !== null) connection.opened(replay);
    }
    return;
  }
  try {
    await sendExport(
      link,
      textsOf(reader.value, request.format as TextFormat, isUnfinished(reader.value, found.value)),
    );
  } finally {
    await reader.value.close();
  }
}

function showLive(
  link: ViewerLink,
  parts: ViewerParts,
  { permit, sessionId, host, columns, rows }: Extract<Request, { type: 'watch' }>,
  connection: Connection,
): void {
  const watching = startWatching({
    path: parts.hostPath(host),
    request: { type: 'watch', permit, sessionId },
    size: { columns, rows },
    send: (frame) => link.send(frame),
    idle: () => link.idle,
    told: (message) => link.send(message),
    over(ending) {
      link.send({ type: 'over', ending });
      link.end();
    },
    failed: (why) => fail(link, why),
  });
  connection.opened(watching);
  connection.onClose(() => watching.close());
}

function sendVerdict(link: ViewerLink, verdict: TapeVerdict): void {
  link.send({ type: 'verdict', verdict });
  link.end();
}

type TextFormat = Exclude<Extract<Request, { type: 'export' }>['format'], 'bundle'>;

function isUnfinished({ index }: TapeReader, { growing }: FoundTape): boolean {
  return growing && !index.scan.ended;
}

function textsOf(reader: TapeReader, format: TextFormat, unfinished: boolean): AsyncGenerator<string> {
  switch (format) {
    case 'txt':
      return exportText(reader, unfinished);
    case 'html':
      return exportHtml(reader, unfinished);
    default:
      return exportCast(reader, format === 'v2' ? 2 : 3, unfinished);
  }
}

async function sendBundle(link: ViewerLink, found: FoundTape): Promise<void> {
  try {
    await sendExport(link, exportBundle(found));
  } finally {
    await found.handle.close();
  }
}

async function sendExport(link: ViewerLink, texts: AsyncGenerator<string | Buffer>): Promise<void> {
  let bytes = 0;
  for await (const text of texts) {
    if (link.closed) return;
    const part = typeof text === 'string' ? Buffer.from(text, 'utf8') : text;
    bytes += part.length;
    await link.data(part);
  }
  link.send({ type: 'done', bytes });
  link.end();
}

function isRequest(message: ToMonitor): message is Request {
  return ['replay', 'watch', 'export', 'verify', 'tapes', 'page', 'search'].includes(message.type);
}

function isPageQuestion(message: ToMonitor): message is PageQuestion {
  return message.type.startsWith('page-');
}

function isControl(message: ToMonitor): message is ControlCommand {
  return message.type === 'control' || message.type === 'hand-back';
}

function fail(link: ViewerLink, why: Failure): void {
  link.send({ type: 'failed', failure: why });
  link.end();
}
