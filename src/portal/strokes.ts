import type { Key as InkKey } from 'ink';

/** Keys that have a name. Everything else that a person presses is text. */
export const NAMED_KEYS = [
  'up',
  'down',
  'left',
  'right',
  'pageUp',
  'pageDown',
  'home',
  'end',
  'enter',
  'escape',
  'tab',
  'shiftTab',
  'backspace',
  'delete',
] as const;
export type NamedKey = (typeof NAMED_KEYS)[number];

type Letter =
  | 'a'
  | 'b'
  | 'c'
  | 'd'
  | 'e'
  | 'f'
  | 'g'
  | 'k'
  | 'l'
  | 'n'
  | 'o'
  | 'p'
  | 'q'
  | 'r'
  | 's'
  | 't'
  | 'u'
  | 'v'
  | 'w'
  | 'x'
  | 'y'
  | 'z'
  | ']';
/** `'x` is the character x itself, on screens where nothing is typed. */
export type KeyName = NamedKey | `ctrl-${Letter}` | `'${string}`;

/** One thing that a person did on the keyboard. */
export type Stroke =
  | { readonly kind: 'key'; readonly key: KeyName }
  | { readonly kind: 'text'; readonly text: string };

const key = (name: KeyName): Stroke => ({ kind: 'key', key: name });

/** What Ink saw, as strokes: people type ahead, so that one piece of input may hold text, Enter and more text. */
export function strokesOf(input: string, pressed: InkKey): readonly Stroke[] {
  if (pressed.eventType === 'release') return [];
  const named = namedKey(pressed);
  if (named !== null) return [key(named)];
  if (pressed.meta || pressed.super || pressed.hyper) return [];
  if (pressed.ctrl) return /^[a-z]$/.test(input) ? [key(`ctrl-${input as Letter}`)] : [];
  return strokesOfText(input);
}

function namedKey(pressed: InkKey): NamedKey | null {
  if (pressed.upArrow) return 'up';
  if (pressed.downArrow) return 'down';
  if (pressed.leftArrow) return 'left';
  if (pressed.rightArrow) return 'right';
  if (pressed.pageUp) return 'pageUp';
  if (pressed.pageDown) return 'pageDown';
  if (pressed.home) return 'home';
  if (pressed.end) return 'end';
  if (pressed.return) return 'enter';
  if (pressed.escape) return 'escape';
  if (pressed.tab) return pressed.shift ? 'shiftTab' : 'tab';
  if (pressed.backspace) return 'backspace';
  return pressed.delete ? 'delete' : null;
}

/** Cuts a piece of raw input at its control characters. */
export function strokesOfText(input: string): readonly Stroke[] {
  return (input.match(/\r\n|\p{Cc}|\P{Cc}+/gu) ?? []).flatMap((part) => {
    const code = part.codePointAt(0) ?? 0;
    if (code >= 0x20 && (code < 0x7f || code > 0x9f)) return [{ kind: 'text', text: part }];
    if (part.startsWith('\r') || part === '\n') return [key('enter')];
    if (part === '\t') return [key('tab')];
    if (part === '\x7f' || part === '\b') return [key('backspace')];
    return code >= 1 && code <= 26 ? [key(`ctrl-${String.fromCharCode(code + 96) as Letter}`)] : [];
  });
}

/** What was pasted, as text alone: a pasted line end presses no Enter. */
export function pastedText(pasted: string): string {
  return pasted
    .replace(/[\r\n]+$/u, '')
    .replace(/[\r\n\t]+/gu, ' ')
    .replace(/\p{Cc}/gu, '');
}
