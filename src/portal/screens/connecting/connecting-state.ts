import type { Stage } from '#/domain/failure.js';
import type { HostKeyDecision, HostKeyQuestion } from '../../services.js';

/** How far a session that is being opened has come. */
export interface ConnectingState {
  readonly stages: Readonly<Partial<Record<Stage, StageState>>>;
  readonly question: HostKeyQuestion | null;
  /** Place of the marked choice. */
  readonly marked: number;
  readonly givenUp: boolean;
}
export interface StageState {
  readonly state: 'begun' | 'done';
  readonly note: string | null;
}

export type ConnectingAction =
  | {
      readonly type: 'stage';
      readonly stage: Stage;
      readonly state: 'begun' | 'done';
      readonly note: string | null;
    }
  | { readonly type: 'asked'; readonly question: HostKeyQuestion }
  | { readonly type: 'answered' | 'givenUp' }
  | { readonly type: 'mark'; readonly by: 1 | -1 };

export const notYetConnecting: ConnectingState = { stages: {}, question: null, marked: 0, givenUp: false };

export function connectingReducer(state: ConnectingState, action: ConnectingAction): ConnectingState {
  switch (action.type) {
    case 'stage':
      return {
        ...state,
        stages: {
          ...state.stages,
          [action.stage]: {
            state: action.state,
            note: action.note ?? state.stages[action.stage]?.note ?? null,
          },
        },
      };
    case 'asked':
      // what is marked at first opens nothing: Enter pressed too early refuses
      return { ...state, question: action.question, marked: decisions(action.question).indexOf('refuse') };
    case 'answered':
      return { ...state, question: null };
    case 'givenUp':
      return { ...state, givenUp: true };
    case 'mark':
      return { ...state, marked: marked(state, action.by) };
    default:
      return action satisfies never;
  }
}

/** What may be decided about a key, in the order of the screen. */
export function decisions(question: HostKeyQuestion): readonly HostKeyDecision[] {
  return question.mayPin ? ['once', 'pin', 'refuse'] : ['once', 'refuse'];
}

function marked(state: ConnectingState, by: 1 | -1): number {
  if (state.question === null) return 0;
  const count = decisions(state.question).length;
  return (state.marked + by + count) % count;
}
