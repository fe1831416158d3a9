import { type Destination, parsePattern, patternText } from './forward-pattern.js';

/** What a setting may be: how it is typed, stored and shown. Null: that is not allowed. */
export interface SettingKind<T> {
  /** Follows "allowed: ". */
  readonly allowed: string;
  readonly read: (typed: string) => T | null;
  /** From JSON as it was stored, perhaps by another release. */
  readonly take: (stored: unknown) => T | null;
  readonly show: (value: T) => string;
}

export const minutes = wholeNumber(0, 100_000, 'a whole number of minutes from 0 (no limit) to 100000');
export const seconds = wholeNumber(0, 86_400, 'a whole number of seconds from 0 to 86400');

export const days = wholeNumber(0, 36_500, 'a whole number of days from 0 (for ever) to 36500');

export const port = wholeNumber(1, 65_535, 'a port from 1 to 65535');

export const yesOrNo: SettingKind<boolean> = {
  allowed: 'yes or no',
  read: (typed) => ({ yes: true, true: true, no: false, false: false })[typed.toLowerCase()] ?? null,
  take: (stored) => (typeof stored === 'boolean' ? stored : null),
  show: (value) => (value ? 'yes' : 'no'),
};

export function oneOf<const T extends string>(...words: readonly T[]): SettingKind<T> {
  const word = (text: unknown): T | null => words.find((one) => one === text) ?? null;
  return {
    allowed: `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`,
    read: (typed) => word(typed.toLowerCase()),
    take: word,
    show: (value) => value,
  };
}

const MOST_PATTERNS = 100;

/** Where a connection may be forwarded to. Kept as people write it. */
export const destinations: SettingKind<readonly Destination[]> = {
  allowed: 'none, or up to 100 of HOST:PORT parted by commas, such as 127.0.0.1:*,*.example.com:8000-8999',
  read: (typed) =>
    typed.toLowerCase() === 'none' ? [] : patterns(typed.split(',').map((one) => one.trim())),
  take: (stored) => (Array.isArray(stored) ? patterns(stored) : null),
  show: (value) => (value.length === 0 ? 'none' : value.join(',')),
};

function patterns(texts: readonly unknown[]): readonly Destination[] | null {
  const read = texts.map((text) => (typeof text === 'string' ? parsePattern(text) : null));
  const good = read.filter((one) => one !== null);
  return good.length < read.length || good.length > MOST_PATTERNS ? null : good.map(patternText);
}

function wholeNumber(least: number, most: number, allowed: string): SettingKind<number> {
  const within = (value: unknown): number | null =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most ? value : null;
  return {
    allowed,
    read: (typed) => (/^\d{1,9}$/.test(typed) ? within(Number(typed)) : null),
    take: within,
    show: String,
  };
}
