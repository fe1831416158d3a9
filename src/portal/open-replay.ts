import type { ReplayFrame } from '#/contract/replay-link.js';
import type { TerminalSize } from '#/domain/session.js';
import type { Portal } from './context.js';
import type { Replayed } from './route.js';
import { willPass } from './screens/replay/replay-failure.js';
import type { ReplayKey } from './screens/replay/replay-keys.js';
import { LAST, type ReplayAction, type ReplayState, replayCommands } from './screens/replay/replay-state.js';
import type { FromMonitor, PortalServices, ReplayHandle } from './services.js';
import type { Store } from './store.js';

/** Milliseconds between two tries to open a tape that is not in its safe yet, or that the monitor lost when it died. */
const RETRY = 1500;

export interface OpenReplay {
  /** Opens the replay at first; later says how much room there is. */
  readonly show: (size: TerminalSize) => void;
  readonly press: (key: ReplayKey) => void;
  /** Paused there, milliseconds on the tape. */
  readonly seek: (to: number) => void;
  /** So many rows of the transcript, 0: none; from a line on, null: it follows. */
  readonly transcript: (rows: number, from: number | null) => void;
  readonly close: () => void;
}

/**
 * A replay between the monitor and the screen. While the person's terminal takes nothing more, frames are kept back and
 * only the newest is drawn: a slow viewer is skipped forward, and costs no memory.
 */
export function openReplay({
  recording,
  at,
  services,
  portal,
  store,
}: {
  readonly recording: Pick<Replayed, 'id'>;
  /** Where to begin, paused; null: at the beginning, playing. */
  readonly at: number | null;
  readonly services: PortalServices;
  readonly portal: Portal;
  readonly store: Store<ReplayState, ReplayAction>;
}): OpenReplay {
  let handle: ReplayHandle | null = null;
  let asked: TerminalSize | null = null;
  let newest: FromMonitor | null = null;
  let beside: { readonly rows: number; readonly from: number | null } = { rows: 0, from: null };
  let stopWaiting: () => void = () => undefined;
  let stopTrying: () => void = () => undefined;

  const draw = (): void => {
    if (newest !== null) store.dispatch({ type: 'heard', message: newest });
    newest = null;
  };
  const open = (size: TerminalSize): void => {
    stopTrying();
    handle?.close();
    const { frame } = store.now();
    handle = services.replay(recording.id, size, heard);
    if (frame !== null) goOnAt(frame);
    else if (at !== null) seekTo(at);
    if (beside.rows > 0) handle.send({ type: 'transcript', ...beside });
  };
  /** As it was when the monitor died. */
  const goOnAt = (frame: ReplayFrame): void => {
    if (frame.state === 'paused') return seekTo(frame.at);
    handle?.send({ type: 'seek', to: frame.state === 'following' ? LAST : frame.at });
    if (frame.speed !== 1) handle?.send({ type: 'speed', factor: frame.speed });
    if (frame.idleLimit > 0) handle?.send({ type: 'idle', limit: frame.idleLimit });
  };
  const seekTo = (to: number): void => {
    handle?.send({ type: 'pause' });
    handle?.send({ type: 'seek', to });
  };
  /** A tape on its way to its safe is there in a moment, and so is a monitor that died. */
  const tryAgain = (): void => {
    stopTrying();
    stopTrying = portal.clock.every(RETRY, () => {
      if (asked !== null) open(asked);
    });
  };
  const heard = (message: FromMonitor): void => {
    if (message.type === 'failed' && willPass(message.failure)) tryAgain();
    if (message.type === 'failed' && message.failure.code === 'NOT_LOGGED_IN')
      return portal.failed(message.failure);
    if (message.type !== 'frame') return store.dispatch({ type: 'heard', message });
    const waiting = newest !== null;
    newest = message;
    if (!portal.congested()) draw();
    else if (!waiting) stopWaiting = portal.whenFree(draw);
  };
  return {
    show(size) {
      if (asked?.columns === size.columns && asked.rows === size.rows) return;
      asked = size;
      if (handle === null) open(size);
      else handle.send({ type: 'resize', ...size });
    },
    press(key) {
      for (const command of replayCommands(store.now(), key)) {
        if (command.type === 'seek') store.dispatch({ type: 'sought', to: command.to });
        handle?.send(command);
      }
    },
    seek: seekTo,
    transcript(rows, from) {
      if (rows === 0 && beside.rows === 0) return;
      beside = { rows, from };
      handle?.send({ type: 'transcript', rows, from });
    },
    close() {
      stopWaiting();
      stopTrying();
      handle?.close();
      handle = null;
    },
  };
}
