import { useEffect, useMemo } from 'react';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { openReplay } from '../../open-replay.js';
import type { Replayed } from '../../route.js';
import { createStore, useStore } from '../../store.js';
import { REPLAY_KEYS, type ReplayKey } from './replay-keys.js';
import { notYetReplaying, replayReducer } from './replay-state.js';
import { pictureRoom, replayLines } from './replay-view.js';
import { TranscriptKeys } from './transcript-keys.js';
import { moved, transcriptColumns } from './transcript-view.js';

/** A recording, played from a moment on (`at`, milliseconds on the tape). The picture is drawn from cells: never a byte of it. */
export function ReplayScreen({
  recording,
  at,
}: {
  readonly recording: Replayed;
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
  const beside = transcriptColumns(room) > 0 ? rows : 0;
  useEffect(() => {
    replay.show({ columns, rows });
  }, [replay, columns, rows]);
  useEffect(() => {
    replay.transcript(beside, null);
  }, [replay, beside]);
  const select = (by: number): void => {
    const { transcript, line } = store.now();
    if (transcript === null || transcript.total === 0) return;
    const next = moved(transcript, line ?? Math.max(0, transcript.current), by);
    store.dispatch({ type: 'line', line: next.line });
    replay.transcript(beside, next.from);
  };
  const leaveTranscript = (): void => {
    store.dispatch({ type: 'line', line: null });
    replay.transcript(beside, null);
  };
  const jump = (): void => {
    const { transcript, line } = store.now();
    const wanted = line === null ? undefined : transcript?.lines[line - transcript.first];
    if (wanted !== undefined) replay.seek(wanted.at);
  };
  useEffect(() => () => replay.close(), [replay]);
  const handlers = Object.fromEntries(REPLAY_KEYS.map((key) => [key, () => replay.press(key)])) as Record<
    ReplayKey,
    () => void
  >;
  const playable = state.frame !== null && state.failure === null;
  useKeys(
    'replay',
    {
      ...handlers,
      'replay.transcript': () => select(0),
      'replay.leave': () => portal.state.dispatch({ type: 'back' }),
    },
    // without a picture there is nothing to play
    {
      without: [
        ...(playable ? [] : REPLAY_KEYS),
        ...(playable && beside > 0 ? [] : (['replay.transcript'] as const)),
      ],
    },
  );
  return (
    <>
      {state.line === null || beside === 0 ? null : (
        <TranscriptKeys page={beside} move={select} jump={jump} leave={leaveTranscript} />
      )}
      <Lines lines={replayLines(state, recording, room, theme)} />
    </>
  );
}
