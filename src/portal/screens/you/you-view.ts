import type { KeyRow, SecondFactorRow } from '#/contract/rows.js';
import type { TerminalSize } from '#/domain/session.js';
import { scrollTop } from '../../list.js';
import { shown } from '../../text.js';
import { EMPTY, fitLine, inOneLook, type Line, paragraph, type Signs, span } from '../../view.js';

export interface YouView {
  /** Null: not known yet. */
  readonly factor: SecondFactorRow | null;
  readonly keys: readonly KeyRow[] | null;
  readonly at: number;
  readonly room: TerminalSize;
  readonly sign: Signs;
}

export function mayEnrol({ policy }: SecondFactorRow): boolean {
  return policy !== 'off';
}

export function mayGoWithout({ policy, enrolled }: SecondFactorRow): boolean {
  return enrolled && policy !== 'required';
}

/** By what the vault has somebody prove himself again. */
export function provenBy({ policy, enrolled }: SecondFactorRow): 'code' | 'password' {
  return enrolled && policy !== 'off' ? 'code' : 'password';
}

export function youLines({ factor, keys, at, room, sign }: YouView): readonly Line[] {
  const above: readonly Line[] = [
    [span(' Second factor', 'title')],
    ...paragraph(factorText(factor), room.columns - 4).map((line): Line => [span('  '), ...line]),
    EMPTY,
    [span(' SSH keys that log you in', 'title')],
  ];
  const height = Math.max(1, room.rows - above.length);
  return [...above, ...keyLines(keys, at, { columns: room.columns, rows: height }, sign)];
}

function factorText(factor: SecondFactorRow | null): string {
  if (factor === null) return 'Asking the vault…';
  const { policy, enrolled, recoveryLeft } = factor;
  if (policy === 'off') return 'switched off for your groups: nobody is asked for a code.';
  if (!enrolled) return 'none. A code of an authenticator app would be asked at each login.';
  const left = recoveryLeft === 1 ? '1 recovery code is' : `${recoveryLeft} recovery codes are`;
  return `set up: a code is asked at each login. ${left} left.${policy === 'required' ? ' A group of yours requires it.' : ''}`;
}

function keyLines(
  keys: readonly KeyRow[] | null,
  at: number,
  { columns, rows }: TerminalSize,
  sign: Signs,
): readonly Line[] {
  if (keys === null) return [[span('  Asking the vault…', 'quiet')]];
  if (keys.length === 0) return [[span('  none: you log in with your password.', 'quiet')]];
  const marked = Math.min(at, keys.length - 1);
  const top = scrollTop(0, marked, rows, keys.length);
  return keys.slice(top, top + rows).map((key, place) => {
    const line = [
      span(top + place === marked ? `${sign('pointer')} ` : '  '),
      span(`${key.fingerprint}  ${key.type.replace('@openssh.com', '')}`),
      span(`${key.verifyRequired ? ' verify-required' : ''}  ${shown(key.comment)}`, 'quiet'),
    ];
    return top + place === marked
      ? inOneLook(fitLine(line, columns, sign('more')), 'selected')
      : fitLine(line, columns, sign('more'));
  });
}
