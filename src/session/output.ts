import type { TerminalSize } from '#/domain/session.js';
import type { OpenTape } from '#/recorder/tape.js';
import { startGathering } from './gathering.js';
import { startKeyframes } from './keyframes.js';
import type { Cover } from './oversight/cover-lines.js';
import { startOwnerView } from './owner-view.js';
import type { PortalLink } from './portal-link.js';
import type { Screen } from './screen/screens.js';
import type { Watchers } from './watchers.js';

/** Output of a session: to the tape first, then to the person, and a copy to the model. It pauses its source when one of them is behind. */
export interface Output {
  take(bytes: Buffer): void;
  /** Hands on what was taken and waits for more: to be called before anything that must come after it. */
  flush(): void;
  /** Keys of the person: the model is told of them after what was shown before. */
  typed(bytes: Buffer): void;
  resize(size: TerminalSize): void;
  /** A moment on the tape: milliseconds since the first event, never backwards. */
  at(): number;
  /** Gives the person everything from now on. */
  welcome(link: PortalLink): void;
  /** Gives the person the exact screen, then everything after it. Resolves when the screen has been sent. */
  attach(link: PortalLink): Promise<void>;
  detach(): void;
  /** Lays lines over what the person sees, and takes them away again: the exact screen follows. */
  cover(cover: Cover | null): void;
  /** The portal's connection takes data again. */
  portalDrained(): void;
  /** From now on nobody is waited for but the tape. */
  hurry(): void;
}

export interface OutputOptions {
  readonly tape: OpenTape;
  readonly screen: Screen;
  readonly watchers: Pick<Watchers, 'take' | 'resize'>;
  readonly now: () => number;
  readonly size: () => TerminalSize;
  /** Holds the source back, and lets it go on. */
  readonly hold: (held: boolean) => void;
}

const TAPE_MARK = 1024 * 1024;
const SCREEN_MARK = 16 * 1024 * 1024;

type Cause = 'portal' | 'tape' | 'screen';

export function startOutput(options: OutputOptions): Output {
  const { tape, screen, watchers } = options;
  const startedAt = options.now();
  let lastAt = 0;
  let hurrying = false;
  const causes = new Set<Cause>();
  const keyframes = startKeyframes(tape, screen);
  const gathering = startGathering({ now: options.now, give: handOn });
  const { take, flush } = gathering;

  const owner = startOwnerView({
    screen,
    size: options.size,
    now: options.now,
    hold: (held) => (held ? hold('portal') : release('portal')),
  });

  return {
    take,
    flush,
    typed,
    resize,
    at,
    welcome,
    attach,
    detach: () => owner.detach(),
    cover: (cover) => owner.cover(cover),
    portalDrained: () => owner.drained(),
    hurry,
  };

  function at(): number {
    lastAt = Math.max(lastAt, Math.round(options.now() - startedAt));
    return lastAt;
  }
  function handOn(bytes: Buffer): void {
    tape.append({ at: at(), kind: 'output', bytes });
    owner.give(bytes);
    screen.write(bytes, lastAt);
    watchers.take(bytes);
    waitForTape();
    waitForScreen();
    keyframes.shown(bytes.length, lastAt);
  }
  function typed(bytes: Buffer): void {
    flush();
    screen.typed(bytes, at());
  }
  function resize(size: TerminalSize): void {
    flush();
    tape.append({ at: at(), kind: 'resize', ...size });
    screen.resize(size);
    watchers.resize(size);
    owner.resized();
    keyframes.take(lastAt);
  }
  function welcome(link: PortalLink): void {
    flush();
    owner.welcome(link);
  }
  async function attach(link: PortalLink): Promise<void> {
    flush();
    await owner.attach(link);
  }
  function waitForTape(): void {
    if (tape.pending <= TAPE_MARK || causes.has('tape')) return;
    hold('tape');
    void tape.drained().then(() => release('tape'));
  }
  function waitForScreen(): void {
    if (screen.lag <= SCREEN_MARK || causes.has('screen')) return;
    hold('screen');
    void screen.caughtUp().then(() => release('screen'));
  }
  function hold(cause: Cause): void {
    if (hurrying && cause !== 'tape') return;
    causes.add(cause);
    if (causes.size === 1) options.hold(true);
  }
  function release(cause: Cause): void {
    if (causes.delete(cause) && causes.size === 0) options.hold(false);
  }
  function hurry(): void {
    hurrying = true;
    release('portal');
    release('screen');
  }
}
