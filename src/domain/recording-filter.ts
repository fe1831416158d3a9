import { OUTCOMES, type SessionOutcome } from './session.js';

/** What of the recordings somebody wants to see; absent: all. Texts match anywhere, whatever the case. */
export interface RecordingFilter {
  readonly user?: string | undefined;
  readonly account?: string | undefined;
  /** Address of the target. */
  readonly target?: string | undefined;
  readonly safe?: string | undefined;
  /** In any of these. */
  readonly any?: readonly string[] | undefined;
  /** Milliseconds since 1970: started at or after, and before. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** Milliseconds. */
  readonly longer?: number | undefined;
  readonly shorter?: number | undefined;
  readonly outcome?: SessionOutcome | undefined;
  readonly has?: readonly RecordedActivity[] | undefined;
}

export const RECORDED_ACTIVITIES = ['commands', 'transfers'] as const;
export type RecordedActivity = (typeof RECORDED_ACTIVITIES)[number];

/** The filter, and the words that were meant as one and are none. */
export interface ParsedFilter {
  readonly filter: RecordingFilter;
  readonly unknown: readonly string[];
}

/**
 * "alice safe:linux outcome:failed since:2d longer:10m has:transfers": other words are looked for everywhere. Times are
 * ages (30m, 12h, 2d, 3w) or ISO dates; lengths have the same units. In single quotes or double ones a word may have blanks.
 */
export function parseRecordingFilter(text: string, now: number): ParsedFilter {
  const any: string[] = [];
  const has: RecordedActivity[] = [];
  const unknown: string[] = [];
  let filter: RecordingFilter = {};
  for (const word of wordsOf(text)) {
    const [, name = '', value = ''] = /^([a-z]+):(.*)$/s.exec(word) ?? [];
    if (name === '') any.push(word);
    // it is still being typed
    else if (value === '') continue;
    else if (name === 'has') {
      const found = RECORDED_ACTIVITIES.find((one) => one.startsWith(value.toLowerCase()));
      if (found === undefined) unknown.push(word);
      else has.push(found);
    } else {
      const part = partOf(name, value, now);
      if (part === null) unknown.push(word);
      else filter = { ...filter, ...part };
    }
  }
  return {
    filter: { ...filter, ...(any.length > 0 && { any }), ...(has.length > 0 && { has }) },
    unknown,
  };
}

function partOf(name: string, value: string, now: number): RecordingFilter | null {
  switch (name) {
    case 'user':
    case 'account':
    case 'target':
    case 'safe':
      return { [name]: value };
    case 'outcome': {
      const outcome = OUTCOMES.find((one) => one === value) ?? OUTCOMES.find((one) => one.startsWith(value));
      return outcome === undefined ? null : { outcome };
    }
    case 'since':
    case 'until': {
      const at = parseMoment(value, now);
      return at === null ? null : { [name]: at };
    }
    case 'longer':
    case 'shorter': {
      const length = parseLength(value);
      return length === null ? null : { [name]: length };
    }
    default:
      return null;
  }
}

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** 90s, 10m, 2h, 3d, 1w in milliseconds; null: none. */
export function parseLength(text: string): number | null {
  const [, count = '', unit = ''] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  const each = UNITS[unit];
  return each === undefined ? null : Number(count) * each;
}

/** An age before now, or an ISO date (UTC where it says nothing else); null: none. */
export function parseMoment(text: string, now: number): number | null {
  const age = parseLength(text);
  if (age !== null) return Math.max(0, now - age);
  if (!/^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/.test(text))
    return null;
  const iso = text.replace(' ', 'T');
  const at = Date.parse(
    /^\d{4}-\d{2}-\d{2}$/.test(iso) || /(?:Z|[+-]\d{2}:?\d{2})$/.test(iso) ? iso : `${iso}Z`,
  );
  return Number.isNaN(at) ? null : at;
}

function wordsOf(text: string): readonly string[] {
  return (text.match(/(?:[^\s"']|"[^"]*"?|'[^']*'?)+/g) ?? [])
    .map((word) => word.replace(/["']/g, ''))
    .filter((word) => word !== '');
}
