import type { TerminalSize } from '#/domain/session.js';
import type { Cover } from './oversight/cover-lines.js';
import { coveredPicture } from './oversight/paint.js';
import type { PortalLink } from './portal-link.js';
import { freshTerminal } from './screen/fresh-terminal.js';
import type { Screen } from './screen/screens.js';

/**
 * What the owner's terminal shows: the session's bytes as they come. While something is laid over them he is shown pictures
 * instead, drawn from the model, and afterwards the exact screen and then the bytes again: no byte of ours is ever in between.
 */
export interface OwnerView {
  give(bytes: Buffer): void;
  /** Gives the person everything from now on. */
  welcome(link: PortalLink): void;
  /** Gives the person the exact screen, then everything after it. Resolves when the screen has been sent. */
  attach(link: PortalLink): Promise<void>;
  detach(): void;
  cover(cover: Cover | null): void;
  resized(): void;
  /** The portal's connection takes data again. */
  drained(): void;
}

export interface OwnerViewOptions {
  readonly screen: Screen;
  readonly size: () => TerminalSize;
  readonly now: () => number;
  /** Holds the session's output back for the owner, and lets it go on. */
  readonly hold: (held: boolean) => void;
}

interface Client {
  readonly link: PortalLink;
  state: 'drawing' | 'live' | 'covered';
  waiting: Buffer[];
}

/** Milliseconds between two pictures. */
const EVERY = 100;

export function startOwnerView({ screen, size, now, hold }: OwnerViewOptions): OwnerView {
  let client: Client | null = null;
  let cover: Cover | null = null;
  let dirty = false;
  let painting = false;
  let full = false;
  let paintedAt = -Infinity;
  let timer: NodeJS.Timeout | null = null;

  return {
    give(bytes) {
      if (client === null) return;
      if (client.state === 'drawing') client.waiting.push(bytes);
      else if (client.state === 'covered') changed();
      else if (!client.link.data(bytes)) hold(true);
    },
    welcome(link) {
      detach();
      client = { link, state: 'live', waiting: [] };
      if (cover !== null) lay();
    },
    async attach(link) {
      detach();
      client = { link, state: 'drawing', waiting: [] };
      await draw(client, true);
    },
    detach,
    cover(next) {
      cover = next;
      if (client === null || client.state === 'drawing') return;
      if (next === null) {
        if (client.state === 'covered') void draw(client, false);
      } else lay();
    },
    resized() {
      if (client?.state === 'covered') lay();
    },
    drained() {
      full = false;
      if (client?.state === 'covered') paintSoon();
      else if (client?.state !== 'drawing') hold(false);
    },
  };

  function detach(): void {
    client = null;
    full = false;
    dirty = false;
    if (timer !== null) clearTimeout(timer);
    timer = null;
    hold(false);
  }
  async function draw(joining: Client, greet: boolean): Promise<void> {
    joining.state = 'drawing';
    joining.waiting = [];
    hold(true);
    const shot = await screen.snapshot();
    if (client !== joining) return;
    if (greet) joining.link.send({ type: 'live' });
    if (cover === null) {
      joining.link.data(
        shot === null
          ? Buffer.from(freshTerminal(0) + CLEARED)
          : Buffer.concat([Buffer.from(freshTerminal(shot.columns) + shot.screen), shot.held]),
      );
      for (const bytes of joining.waiting) joining.link.data(bytes);
      joining.state = 'live';
    } else {
      joining.state = 'covered';
      joining.link.data(coveredPicture(shot, cover, size()));
      if (joining.waiting.length > 0) changed();
    }
    joining.waiting = [];
    hold(false);
  }
  /** The session is waited for no more: who is shown pictures misses some. */
  function lay(): void {
    if (client === null || client.state === 'drawing') return;
    client.state = 'covered';
    hold(false);
    dirty = true;
    paintSoon();
  }
  function changed(): void {
    if (cover?.still === true) return;
    dirty = true;
    paintSoon();
  }
  function paintSoon(): void {
    if (!dirty || painting || full || timer !== null) return;
    const wait = Math.max(0, paintedAt + EVERY - now());
    timer = setTimeout(() => void paint(), wait);
  }
  async function paint(): Promise<void> {
    timer = null;
    const painted = client;
    if (painted?.state !== 'covered' || painting) return;
    painting = true;
    dirty = false;
    const shot = await screen.snapshot();
    painting = false;
    if (client === painted && client.state === 'covered' && cover !== null) {
      full = !painted.link.data(coveredPicture(shot, cover, size()));
      paintedAt = now();
    }
    paintSoon();
  }
}

const CLEARED = 'The screen could not be restored; what comes is shown. Ctrl-L redraws most programs.\r\n';
