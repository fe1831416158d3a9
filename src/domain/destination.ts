/** The characters that part an ssh user name; `%` always works beside `parts`. One character each. */
export interface Delimiters {
  readonly parts: string;
  /** Before a domain or a port. */
  readonly detail: string;
}

export const DELIMITERS: Delimiters = { parts: '@', detail: '#' };

/** What an ssh user name says beside who logs in. */
export type Target =
  | {
      readonly kind: 'account';
      readonly user: string;
      readonly domain: string | null;
      readonly address: string;
      readonly port: number | null;
    }
  /** Something is missing: one part, which may be an address, a user or an account's id. Empty: not even that. */
  | { readonly kind: 'part'; readonly text: string; readonly port: number | null };

/** One way to read an ssh user name. `target` null: it is nothing but a user of the vault. */
export interface SshUserReading {
  readonly vaultUser: string;
  readonly target: Target | null;
}

/** Longer user names, or those of more parts, are read as one plain name. */
const LONGEST = 1024;
const MOST_PARTS = 12;
const ALWAYS = '%';

/**
 * Reads `vaultUser@targetUser[#domain]@address[#port]` in every way it can be read, the longest vault user first: only the
 * vault knows which of them is there. Names may have delimiters in them (`alice@corp.example`), addresses have none.
 * Never empty; a name without delimiters has one reading.
 */
export function readSshUser(text: string, delimiters: Delimiters = DELIMITERS): readonly SshUserReading[] {
  const whole: SshUserReading = { vaultUser: text, target: null };
  if (text.length > LONGEST) return [whole];
  const cuts = cutsOf(text, delimiters);
  if (cuts.length >= MOST_PARTS) return [whole];
  const readings = [
    whole,
    ...cuts
      .toReversed()
      .filter((cut) => cut > 0)
      .map((cut) => ({
        vaultUser: text.slice(0, cut),
        target: targetOf(text.slice(cut + 1), delimiters),
      })),
  ];
  return readings.flatMap((one) =>
    spellings(one.vaultUser, delimiters).map((vaultUser) => ({ ...one, vaultUser })),
  );
}

/** Whether an ssh user name asks for more than the login screen. */
export function isDirect(text: string, delimiters: Delimiters = DELIMITERS): boolean {
  return readSshUser(text, delimiters).some(({ target }) => target !== null);
}

/** A reading as somebody would type it. */
export function printSshUser(
  { vaultUser, target }: SshUserReading,
  { parts, detail }: Delimiters = DELIMITERS,
): string {
  if (target === null) return vaultUser;
  const port = target.port === null ? '' : `${detail}${target.port}`;
  if (target.kind === 'part') return `${vaultUser}${parts}${target.text}${port}`;
  const domain = target.domain === null ? '' : `${detail}${target.domain}`;
  return `${vaultUser}${parts}${target.user}${domain}${parts}${target.address}${port}`;
}

/** How an account's user may be written for this target user: as typed, with `@` for `%`, and with its domain behind `@`. */
export function accountUsers(
  { user, domain }: { readonly user: string; readonly domain: string | null },
  delimiters: Delimiters = DELIMITERS,
): readonly string[] {
  const typed = domain === null ? [user] : [`${user}${delimiters.detail}${domain}`, `${user}@${domain}`];
  return [...new Set(typed.flatMap((one) => spellings(one, delimiters)))];
}

/** A port as a part of its own (`alice%root%web1%2222`): scp takes no user name with a `#` in it, and no machine has such a name. */
function targetOf(text: string, delimiters: Delimiters): Target {
  const last = cutsOf(text, delimiters).at(-1) ?? 0;
  const port = portOf(text.slice(last + 1));
  if (last === 0 || port === null) return namedTarget(text, delimiters);
  const target = namedTarget(text.slice(0, last), delimiters);
  return target.port === null ? { ...target, port } : target;
}

function namedTarget(text: string, delimiters: Delimiters): Target {
  const last = cutsOf(text, delimiters).at(-1) ?? 0;
  const user = text.slice(0, last);
  const rest = withPort(
    last === 0 ? text.replace(/^[^]/, (one) => (isCut(one, delimiters) ? '' : one)) : text.slice(last + 1),
    delimiters,
  );
  if (user === '') return { kind: 'part', text: rest.name, port: rest.port };
  if (rest.name === '') return { kind: 'part', text: user, port: rest.port };
  const mark = user.lastIndexOf(delimiters.detail);
  const named = mark > 0 && mark < user.length - 1;
  return {
    kind: 'account',
    user: named ? user.slice(0, mark) : user,
    domain: named ? user.slice(mark + 1) : null,
    address: rest.name,
    port: rest.port,
  };
}

/** `web1#2222`; what is no port stays in the name, and no account has such an address. */
function withPort(
  text: string,
  { detail }: Delimiters,
): { readonly name: string; readonly port: number | null } {
  const mark = text.lastIndexOf(detail);
  const port = portOf(text.slice(mark + 1));
  return mark > 0 && port !== null ? { name: text.slice(0, mark), port } : { name: text, port: null };
}

function portOf(text: string): number | null {
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0;
  return port > 0 && port < 65_536 ? port : null;
}

/** Where the text may be cut into parts. */
function cutsOf(text: string, delimiters: Delimiters): readonly number[] {
  return text.split('').flatMap((one, place) => (isCut(one, delimiters) ? [place] : []));
}

function isCut(one: string, { parts }: Delimiters): boolean {
  return one === parts || one === ALWAYS;
}

/** A name as typed, and with `@` where another delimiter was typed in its place. */
function spellings(name: string, { parts }: Delimiters): readonly string[] {
  const plain = name.replaceAll(parts, '@').replaceAll(ALWAYS, '@');
  return plain === name ? [name] : [name, plain];
}
