import type { Failure } from '#/domain/failure.js';
import { withoutLast, withoutLastWord } from '../../text.js';

/** The login form. The password is not in it: only how long it is. */
export interface LoginState {
  readonly user: string;
  /** How far from the preset method, in the list of them. */
  readonly method: number;
  readonly at: 'user' | 'password';
  readonly typed: number;
  readonly busy: boolean;
  readonly refused: Failure | null;
}

export type LoginAction =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'erase' | 'eraseWord' | 'clear' | 'turn' | 'busy' }
  | { readonly type: 'method'; readonly by: 1 | -1; readonly of: number }
  | { readonly type: 'typed'; readonly length: number }
  | { readonly type: 'refused'; readonly failure: Failure };

/** The vault takes no longer name; more is not worth keeping. */
const LONGEST = 512;

export function firstLogin(user: string): LoginState {
  return { user, method: 0, at: user === '' ? 'user' : 'password', typed: 0, busy: false, refused: null };
}

export function loginReducer(state: LoginState, action: LoginAction): LoginState {
  switch (action.type) {
    case 'text':
      return { ...state, user: (state.user + action.text).slice(0, LONGEST) };
    case 'erase':
      return { ...state, user: withoutLast(state.user) };
    case 'eraseWord':
      return { ...state, user: withoutLastWord(state.user) };
    case 'clear':
      return { ...state, user: '' };
    case 'turn':
      return { ...state, at: state.at === 'user' ? 'password' : 'user' };
    case 'method':
      return { ...state, method: (state.method + action.by + action.of) % Math.max(1, action.of) };
    case 'typed':
      return { ...state, typed: action.length };
    case 'busy':
      return { ...state, busy: true, refused: null };
    case 'refused':
      // after a refusal the password is typed anew, and nothing says which of the two was wrong
      return { ...state, busy: false, typed: 0, at: 'password', refused: action.failure };
    default:
      return action satisfies never;
  }
}
