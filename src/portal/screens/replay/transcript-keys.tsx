import { useKeys } from '../../keyboard.js';

/** Listens while somebody is in the transcript. It shows nothing itself. */
export function TranscriptKeys({
  page,
  move,
  jump,
  leave,
}: {
  readonly page: number;
  readonly move: (by: number) => void;
  readonly jump: () => void;
  readonly leave: () => void;
}) {
  useKeys('transcript', {
    'transcript.jump': jump,
    'transcript.leave': leave,
    'move.up': () => move(-1),
    'move.down': () => move(1),
    'move.pageUp': () => move(-page),
    'move.pageDown': () => move(page),
    'move.first': () => move(-1_000_000),
    'move.last': () => move(1_000_000),
  });
  return null;
}
