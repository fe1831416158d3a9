/** Times on screens are UTC: the bastion, its people and its auditors are rarely in one place. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const two = (value: number): string => String(value).padStart(2, '0');

function valid(at: number): Date | null {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** 2026-11-23 19:05 */
export function dateTime(at: number): string {
  return valid(at)?.toISOString().slice(0, 16).replace('T', ' ') ?? '?';
}

/** What dateTime() shows, or a date alone, which is over at its end. Null: is neither. Milliseconds since 1970. */
export function readMoment(typed: string): number | null {
  const parts = /^(\d{4})-(\d\d)-(\d\d)(?: (\d\d):(\d\d))?$/.exec(typed);
  if (parts === null) return null;
  const [, year = '', month = '', day = '', hour = '00', minute = '00'] = parts;
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00Z`);
  // the 31st of February is the 3rd of March to Date.parse
  if (Number.isNaN(at) || dateTime(at) !== `${year}-${month}-${day} ${hour}:${minute}`) return null;
  return parts[4] === undefined ? at + DAY : at;
}

/** 23 Nov 19:05; the year in place of the time when it is another one than now. */
export function shortTime(at: number, now: number): string {
  const date = valid(at);
  if (date === null) return '?';
  const year = date.getUTCFullYear();
  const rest = year === valid(now)?.getUTCFullYear() ? clockTime(at) : String(year);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''} ${rest}`;
}

/** 19:05 */
export function clockTime(at: number): string {
  return valid(at)?.toISOString().slice(11, 16) ?? '?';
}

/** now, 5 min ago, 3 h ago, 2 d ago, then the date. Never longer than ten columns. */
export function ago(at: number, now: number): string {
  const passed = now - at;
  if (passed < MINUTE) return 'now';
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min ago`;
  if (passed < DAY) return `${Math.floor(passed / HOUR)} h ago`;
  if (passed < 30 * DAY) return `${Math.floor(passed / DAY)} d ago`;
  return valid(at)?.toISOString().slice(0, 10) ?? '?';
}

/** 00:07, 12:34, 1:02:03 */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}
