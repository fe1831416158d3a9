import type { PermitGrant } from './permits.js';

type Grant = Extract<PermitGrant, { readonly kind: 'search' }>;

/** Searches whose permit was redeemed: each goes on for a while, on the very connection that redeemed it. */
export interface Searches {
  begin(connection: object, grant: Grant, name: string): string;
  find(connection: object, name: string): Grant | null;
}

/** Milliseconds: longer than reading all old tapes takes. */
const LIFE = 15 * 60_000;
const MOST = 200;

export function createSearches(now: () => number): Searches {
  const begun = new WeakMap<object, Map<string, { readonly grant: Grant; readonly until: number }>>();
  return {
    begin(connection, grant, name) {
      const mine =
        begun.get(connection) ?? new Map<string, { readonly grant: Grant; readonly until: number }>();
      for (const [key, { until }] of mine) if (until <= now() || mine.size >= MOST) mine.delete(key);
      begun.set(connection, mine.set(name, { grant, until: now() + LIFE }));
      return name;
    },
    find(connection, name) {
      const one = begun.get(connection)?.get(name);
      return one === undefined || one.until <= now() ? null : one.grant;
    },
  };
}
