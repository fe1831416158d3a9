declare const idOf: unique symbol;
type Id<Name extends string> = string & { readonly [idOf]: Name };

export type UserId = Id<'user'>;
export type GroupId = Id<'group'>;
export type SafeId = Id<'safe'>;
export type AccountId = Id<'account'>;
/** Also the id of the session's recording: one session, one recording. */
export type SessionId = Id<'session'>;

/** Every id: a letter for its kind, then 20 characters of Crockford's base 32 (100 random bits). Fit for file names. */
const ID = /^[ugsan][0-9a-hjkmnp-tv-z]{20}$/;
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';

const KIND = { user: 'u', group: 'g', safe: 's', account: 'a', session: 'n' } as const;
interface IdTypes {
  user: UserId;
  group: GroupId;
  safe: SafeId;
  account: AccountId;
  session: SessionId;
}

/** Makes an id of a kind from 20 random bytes (5 bits of each are used). */
export function makeId<K extends keyof IdTypes>(kind: K, random: Uint8Array): IdTypes[K] {
  if (random.length < 20) throw new RangeError('an id needs 20 random bytes');
  let text: string = KIND[kind];
  for (let i = 0; i < 20; i += 1) text += LETTERS[(random[i] ?? 0) & 31];
  return text as IdTypes[K];
}

/** The same text as an id of the kind, or null when it is not one. */
export function parseId<K extends keyof IdTypes>(kind: K, text: string): IdTypes[K] | null {
  return ID.test(text) && text.startsWith(KIND[kind]) ? (text as IdTypes[K]) : null;
}

/** The box of the login that a session made for all the channels of its connection. */
export function loginBoxId(session: string): string {
  return `${session}${LOGIN}`;
}

const LOGIN = '-login';

/** A session's box, or that of a login of its. */
export function isBoxId(text: string): boolean {
  return parseId('session', text.endsWith(LOGIN) ? text.slice(0, -LOGIN.length) : text) !== null;
}
