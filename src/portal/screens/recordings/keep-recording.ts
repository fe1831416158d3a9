import type { RecordingRow } from '#/contract/rows.js';
import { type Failure, failure } from '#/domain/failure.js';
import { deletionText, holdText, NOT_PROVEN } from '#/domain/keeping.js';
import { dateTime } from '../../times.js';

export type KeepKind = 'hold' | 'release' | 'delete';

interface Words {
  readonly title: string;
  readonly question: (recording: RecordingRow) => string;
  readonly verb: string;
  /** After its name. */
  readonly done: string;
}

const nameOf = ({ user, account, startedAt }: RecordingRow): string =>
  `the recording of ${user} on ${account}, ${dateTime(startedAt)} UTC`;

export const KEEP_WORDS: Readonly<Record<KeepKind, Words>> = {
  hold: {
    title: 'Put on hold',
    question: (recording) =>
      `Keep ${nameOf(recording)}, whatever its safe says? Nobody deletes it before it is released.`,
    verb: 'put it on hold',
    done: 'is on hold',
  },
  release: {
    title: 'Release',
    question: (recording) =>
      `Release ${nameOf(recording)}? It is on hold: ${recording.hold === null ? '' : holdText(recording.hold)}. It goes when its safe says.`,
    verb: 'release it',
    done: 'is released',
  },
  delete: {
    title: 'Delete for ever',
    question: (recording) =>
      `Delete ${nameOf(recording)}? Its key is destroyed: nobody can open it again, and no copy of it either.`,
    verb: 'delete it for ever',
    done: 'is deleted, and its key destroyed',
  },
};

/** Whether it can be asked for at all; who may is the vault's to say. */
export function keepKind(
  { hold, deletion, stored }: RecordingRow,
  wish: 'hold' | 'delete',
): KeepKind | Failure {
  if (deletion !== null) return failure('RECORDING_DELETED', deletionText(deletion));
  if (wish === 'hold') return hold === null ? 'hold' : 'release';
  if (hold !== null) return failure('RECORDING_HELD', holdText(hold));
  return stored === 'safe' ? 'delete' : failure('RECORDING_NOT_STORED', NOT_PROVEN);
}
