import { useEffect, useMemo } from 'react';
import type { RecordingRow } from '#/contract/rows.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { openReplay } from '../../open-replay.js';
import { createStore, useStore } from '../../store.js';
import { REPLAY_KEYS, type ReplayKey } from './replay-keys.js';
import { notYetReplaying, replayReducer } from './replay-state.js';
import { pictureRoom, replayLines } from './replay-view.js';

/** A recording, played. The picture is drawn from cells: never a byte of the recording. */
/** `at`: the moment to begin at, milliseconds on the tape. */
export function ReplayScreen({
  recording,
  at,
}: {
  readonly recording: RecordingRow;
  readonly at: number | null;
}) {
  const portal = usePortal();
  const services = useServices();
  const room = useRoom();
  const theme = useTheme();
  const store = useMemo(() => createStore(replayReducer, notYetReplaying), []);
  const state = useStore(store);
  const { columns, rows } = pictureRoom(room);
  const replay = useMemo(
    () => openReplay({ recording, at, services, portal, store }),
    [recording, at, services, portal, store],
  );
  useEffect(() => {
    replay.show({ columns, rows });
  }, [replay, columns, rows]);
  useEffect(() => () => replay.close(), [replay]);
  const handlers = Object.fromEntries(REPLAY_KEYS.map((key) => [key, () => replay.press(key)])) as Record<
    ReplayKey,
    () => void
  >;
  useKeys(
    'replay',
    { ...handlers, 'replay.leave': () => portal.state.dispatch({ type: 'back' }) },
    // without a picture there is nothing to play
    { without: state.frame === null || state.failure !== null ? REPLAY_KEYS : [] },
  );
  return <Lines lines={replayLines(state, recording, room, theme)} />;
}
