import type { Socket } from 'node:net';
import {
  AndFilter,
  Attribute,
  Change,
  Client,
  EqualityFilter,
  ExtensibleFilter,
  type Filter,
  InvalidCredentialsError,
  OrFilter,
  PasswordPolicyControl,
  ResultCodeError,
} from 'ldapts';

/** What one LDAP connection does for us. Everything is bounded in time; every search is paged and its size limited. */
export interface Ldap {
  /** What the server says to a name and a password. Rejects when it could not say. Never call it with an empty password. */
  bind(dn: string, password: string): Promise<BindAnswer>;
  /** As whom the server sees us (RFC 4532): '' is anonymous, null: it does not say. */
  whoAmI(): Promise<string | null>;
  /** Entries below `base`; rejects when there are more than `most`. Referrals are counted, never followed. */
  search(base: string, question: Question): Promise<Found>;
  /** Sets the own password: Active Directory's way, or RFC 3062. */
  changePassword(
    kind: 'active-directory' | 'openldap',
    dn: string,
    old: string,
    fresh: string,
  ): Promise<void>;
  close(): void;
}

export type BindAnswer =
  | { readonly kind: 'bound'; readonly policy: number | null }
  /** `diagnostic` is the server's; `policy` is the error of the password policy control (0: expired, 1: locked, 2: must change). */
  | { readonly kind: 'rejected'; readonly diagnostic: string; readonly policy: number | null };

export interface Question {
  readonly filter: Filter;
  readonly scope: 'base' | 'sub';
  readonly attributes: readonly string[];
  /** Attributes that come as bytes. */
  readonly binary?: readonly string[];
  readonly most: number;
}

export interface Entry {
  readonly dn: string;
  /** Attribute names in lower case. */
  readonly values: Readonly<Record<string, readonly (string | Buffer)[]>>;
}

export interface Found {
  readonly entries: readonly Entry[];
  readonly referrals: number;
}

/** Entries that one answer of the server may have; Active Directory gives 1000 at most. */
const PAGE = 500;
const WHO_AM_I = '1.3.6.1.4.1.4203.1.11.3';
const PASSWORD_MODIFY = '1.3.6.1.4.1.4203.1.11.1';
/** For groups in groups, of Active Directory. */
const IN_CHAIN = '1.2.840.113556.1.4.1941';
const NO_SUCH_OBJECT = 32;

/** Speaks LDAP over a socket that is open. It is never opened again: what follows a bind runs on the bound connection or not at all. */
export function ldapOver(socket: Socket, timeout: number): Ldap {
  let given = false;
  const client = new Client({
    url: 'ldap://given',
    timeout,
    connectTimeout: timeout,
    createConnection: () => {
      if (given || socket.destroyed) throw new Error('the server closed the connection');
      given = true;
      return socket;
    },
  });
  return {
    async bind(dn, password) {
      if (password === '') throw new Error('an empty password is never sent');
      const policy = new PasswordPolicyControl();
      try {
        await client.bind(dn, password, policy);
        return { kind: 'bound', policy: policy.value?.error ?? null };
      } catch (error) {
        if (error instanceof InvalidCredentialsError)
          return { kind: 'rejected', diagnostic: error.message, policy: policy.value?.error ?? null };
        throw new Error(problemOf(error), { cause: error });
      }
    },
    async whoAmI() {
      try {
        return (await client.exop(WHO_AM_I)).value ?? '';
      } catch (error) {
        if (error instanceof ResultCodeError) return null;
        throw new Error(problemOf(error), { cause: error });
      }
    },
    search: (base, question) => searchAll(client, base, question),
    async changePassword(kind, dn, old, fresh) {
      try {
        if (kind === 'active-directory') await client.modify(dn, unicodePassword(old, fresh));
        else await client.exop(PASSWORD_MODIFY, passwordModify(dn, old, fresh));
      } catch (error) {
        throw new Error(problemOf(error), { cause: error });
      }
    },
    close() {
      client.unbind().catch(() => undefined);
      socket.destroy();
    },
  };
}

async function searchAll(
  client: Client,
  base: string,
  { filter, scope, attributes, binary = [], most }: Question,
): Promise<Found> {
  const entries: Entry[] = [];
  let referrals = 0;
  const options = {
    filter,
    scope,
    derefAliases: 'never' as const,
    attributes: [...attributes],
    explicitBufferAttributes: [...binary],
    ...(scope === 'base' ? {} : { paged: { pageSize: Math.min(PAGE, most + 1) } }),
  };
  try {
    if (scope === 'base') {
      const page = await client.search(base, options);
      return { entries: page.searchEntries.map(entryOf), referrals: page.searchReferences.length };
    }
    for await (const page of client.searchPaginated(base, options)) {
      entries.push(...page.searchEntries.map(entryOf));
      referrals += page.searchReferences.length;
      if (entries.length > most) throw new Error(`more than ${most} entries were found`);
    }
  } catch (error) {
    // an entry that was read by its name may be gone
    if (scope === 'base' && error instanceof ResultCodeError && error.code === NO_SUCH_OBJECT)
      return { entries: [], referrals: 0 };
    throw new Error(problemOf(error), { cause: error });
  }
  return { entries, referrals };
}

function entryOf({ dn, ...attributes }: { readonly dn: string; readonly [name: string]: unknown }): Entry {
  const values = Object.entries(attributes).map(
    ([name, value]) => [name.toLowerCase(), [value].flat() as (string | Buffer)[]] as const,
  );
  return { dn, values: Object.fromEntries(values) };
}

/** First line only: ldapts adds the code and the name of its own message types behind it. */
function problemOf(error: unknown): string {
  if (error instanceof ResultCodeError && error.code === 10)
    return 'the server refers to another one; referrals are not followed';
  if (!(error instanceof Error)) return 'unknown';
  if (/Message type: /.test(error.message))
    return /closed/.test(error.message) ? 'the server closed the connection' : 'the connection broke';
  return error.message.split('\n')[0] ?? error.name;
}

export function equals(attribute: string, value: string | Buffer): Filter {
  return new EqualityFilter({ attribute, value });
}
export function all(...filters: Filter[]): Filter {
  return new AndFilter({ filters });
}
export function any(...filters: Filter[]): Filter {
  return new OrFilter({ filters });
}
export function inChain(attribute: string, dn: string): Filter {
  return new ExtensibleFilter({ matchType: attribute, rule: IN_CHAIN, value: dn });
}

/** [MS-ADTS] 3.1.1.3.1.5: the old value deleted and the new one added, in quotes, as UTF-16. */
function unicodePassword(old: string, fresh: string): Change[] {
  const value = (password: string): Attribute =>
    new Attribute({ type: 'unicodePwd', values: [Buffer.from(`"${password}"`, 'utf16le')] });
  return [
    new Change({ operation: 'delete', modification: value(old) }),
    new Change({ operation: 'add', modification: value(fresh) }),
  ];
}

/** RFC 3062: SEQUENCE of [0] user, [1] old password, [2] new password. */
export function passwordModify(dn: string, old: string, fresh: string): Buffer {
  const parts = [dn, old, fresh].map((text, tag) => tagged(0x80 + tag, Buffer.from(text, 'utf8')));
  return tagged(0x30, Buffer.concat(parts));
}

function tagged(tag: number, value: Buffer): Buffer {
  const { length } = value;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
}
