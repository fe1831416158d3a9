import type { FromMonitor, SearchHit, SearchProgress } from '#/contract/replay-link.js';
import type { Failure } from '#/domain/failure.js';
import { withoutLast, withoutLastWord } from '../../text.js';

/** A search through the text of recordings, as the monitor tells it. */
export interface SearchState {
  readonly text: string;
  /** What was searched for last; null: nothing yet. */
  readonly searched: string | null;
  readonly hits: readonly SearchHit[];
  readonly selected: number;
  readonly progress: SearchProgress | null;
  readonly failure: Failure | null;
}

export const notYetSearching: SearchState = {
  text: '',
  searched: null,
  hits: [],
  selected: 0,
  progress: null,
  failure: null,
};

export type SearchAction =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'erase' | 'eraseWord' | 'clear' | 'begin' | 'forget' }
  | { readonly type: 'move'; readonly by: number }
  | { readonly type: 'heard'; readonly message: FromMonitor };

/** As the vault takes it. */
const LONGEST = 200;

export function searchReducer(state: SearchState, action: SearchAction): SearchState {
  switch (action.type) {
    case 'text':
      return { ...state, text: (state.text + action.text).trimStart().slice(0, LONGEST) };
    case 'erase':
      return { ...state, text: withoutLast(state.text) };
    case 'eraseWord':
      return { ...state, text: withoutLastWord(state.text) };
    case 'clear':
      return { ...state, text: '' };
    case 'forget':
      return notYetSearching;
    case 'begin':
      return { ...state, searched: state.text, hits: [], selected: 0, progress: null, failure: null };
    case 'move': {
      const selected = Math.max(0, Math.min(state.selected + action.by, state.hits.length - 1));
      return selected === state.selected ? state : { ...state, selected };
    }
    case 'heard':
      return heard(state, action.message);
    default:
      return action satisfies never;
  }
}

function heard(state: SearchState, message: FromMonitor): SearchState {
  if (message.type === 'hits') return { ...state, hits: [...state.hits, ...message.hits] };
  if (message.type === 'searched') return { ...state, progress: message };
  return message.type === 'failed' ? { ...state, failure: message.failure } : state;
}

/** Enter opens what is selected, unless something else is typed by now. */
export function opensHit({ text, searched, hits }: SearchState): boolean {
  return hits.length > 0 && text === searched;
}

/** Fewer are in every recording. */
export function isEnough(text: string): boolean {
  return [...text.trim()].length >= 2;
}
