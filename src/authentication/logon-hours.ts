const FORM = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:-(Mon|Tue|Wed|Thu|Fri|Sat|Sun))? (\d\d):(\d\d)-(\d\d):(\d\d)$/;
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

interface Span {
  readonly days: ReadonlySet<number>;
  /** Minutes since midnight; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
}

/** Reads "Mon-Fri 08:00-18:00, Sat 09:00-12:00" (UTC). Null when it cannot be read: unknown is denied. */
export function parseLogonHours(text: string): readonly Span[] | null {
  const spans = text.split(',').map((part) => parseSpan(part.trim()));
  return spans.every((span) => span !== null) ? spans : null;
}

/** May somebody with these hours log in at this time? Null hours: always. */
export function withinLogonHours(hours: string | null, now: number): boolean {
  if (hours === null) return true;
  const time = new Date(now);
  const minute = time.getUTCHours() * 60 + time.getUTCMinutes();
  return (parseLogonHours(hours) ?? []).some(
    (span) => span.days.has(time.getUTCDay()) && minute >= span.from && minute < span.to,
  );
}

function parseSpan(text: string): Span | null {
  const [, first = '', last = first, h1, m1, h2, m2] = FORM.exec(text) ?? [];
  if (h1 === undefined) return null;
  const from = Number(h1) * 60 + Number(m1);
  const to = Number(h2) * 60 + Number(m2);
  if (Number(m1) > 59 || Number(m2) > 59 || to > 24 * 60 || from >= to) return null;
  const days = new Set<number>();
  const end = DAYS.indexOf(last as (typeof DAYS)[number]);
  for (let day = DAYS.indexOf(first as (typeof DAYS)[number]); ; day = (day + 1) % 7) {
    days.add(day);
    if (day === end) return { days, from, to };
  }
}
