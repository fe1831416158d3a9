import type { Failure } from '#/domain/failure.js';

export const FIELDS = ['old', 'next', 'again'] as const;
export type PasswordField = (typeof FIELDS)[number];

/** The form for a new password: how long each of the three is, never what. */
export interface PasswordState {
  readonly at: PasswordField;
  readonly lengths: Readonly<Record<PasswordField, number>>;
  readonly busy: boolean;
  readonly trouble: { readonly message: string; readonly next: string } | null;
}

export type PasswordAction =
  | { readonly type: 'typed'; readonly field: PasswordField; readonly length: number }
  | { readonly type: 'turn'; readonly by: 1 | -1 }
  | { readonly type: 'busy' | 'differ' }
  | { readonly type: 'refused'; readonly failure: Failure };

const NOTHING = { old: 0, next: 0, again: 0 } as const;
export const firstPassword: PasswordState = { at: 'old', lengths: NOTHING, busy: false, trouble: null };

export function passwordReducer(state: PasswordState, action: PasswordAction): PasswordState {
  switch (action.type) {
    case 'typed':
      return { ...state, lengths: { ...state.lengths, [action.field]: action.length } };
    case 'turn':
      return {
        ...state,
        at: FIELDS[(FIELDS.indexOf(state.at) + action.by + FIELDS.length) % FIELDS.length] ?? 'old',
      };
    case 'busy':
      return { ...state, busy: true, trouble: null };
    case 'differ':
      return {
        ...state,
        at: 'next',
        lengths: { ...state.lengths, next: 0, again: 0 },
        trouble: { message: 'The two new passwords differ.', next: 'Type the new one again, twice.' },
      };
    case 'refused':
      return presentCounts(action.failure)
        ? {
            at: 'next',
            lengths: { ...NOTHING, old: state.lengths.old },
            busy: false,
            trouble: action.failure,
          }
        : { at: 'old', lengths: NOTHING, busy: false, trouble: action.failure };
    default:
      return action satisfies never;
  }
}

/** The new password was refused, not the present one: nobody needs to type that again. */
export function presentCounts(because: Failure): boolean {
  return because.code === 'PASSWORD_TOO_WEAK';
}
