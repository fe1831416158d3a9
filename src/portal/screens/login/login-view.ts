import type { TerminalSize } from '#/domain/session.js';
import { fitEnd, shown, width } from '../../text.js';
import { centered, EMPTY, framed, type Line, paragraph, type Signs, span } from '../../view.js';
import { fieldLine } from '../form-view.js';
import type { LoginState } from './login-state.js';

export interface LoginView {
  readonly state: LoginState;
  readonly branding: string;
  readonly methods: readonly string[];
  /** Why one is here again. */
  readonly why: string | null;
  readonly room: TerminalSize;
  readonly sign: Signs;
}

export function loginLines({ state, branding, methods, why, room, sign }: LoginView): readonly Line[] {
  const inner = Math.max(24, Math.min(56, room.columns - 4));
  const field = { labelColumns: 8, columns: inner };
  const method = methods[state.method] ?? 'vault';
  const lines: readonly Line[] = [
    [span(' '.repeat(inner))],
    fieldLine({ ...field, label: 'User', value: state.user, here: state.at === 'user' && !state.busy }, sign),
    fieldLine(
      { ...field, label: 'Password', value: state.typed, here: state.at === 'password' && !state.busy },
      sign,
    ),
    ...(methods.length > 1 ? [methodLine(method, inner, sign)] : []),
    EMPTY,
    ...below(state, { why, method, inner }),
  ];
  return centered(framed(`${shown(branding)} login`, lines, room.columns, sign), room);
}

/** Only where there is something to choose. */
function methodLine(method: string, inner: number, sign: Signs): Line {
  const name = fitEnd(shown(method), Math.min(width(shown(method)), Math.max(8, inner - 36)), sign('more'));
  return [
    span('  Method    ', 'quiet'),
    span('< ', 'key'),
    span(name, 'typed'),
    span(' >', 'key'),
    span('  Left and Right choose', 'quiet'),
  ];
}

/** What goes on, or what went wrong, or what to do. */
function below(
  state: LoginState,
  { why, method, inner }: { readonly why: string | null; readonly method: string; readonly inner: number },
): readonly Line[] {
  if (state.busy) return paragraph('Checking…', inner, 'quiet');
  if (state.refused !== null)
    return [
      ...paragraph(shown(state.refused.message), inner, 'bad'),
      ...paragraph(shown(state.refused.next), inner, 'quiet'),
    ];
  if (why !== null) return paragraph(shown(why), inner, 'warning');
  const by = method === 'vault' ? 'the vault' : `the directory ${shown(method)}`;
  return paragraph(`Your password is checked by ${by}. Every session is recorded.`, inner, 'quiet');
}
