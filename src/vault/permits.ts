import { createHash } from 'node:crypto';
import type { HostKey } from '#/domain/host-key.js';
import type { Lent } from '#/domain/lending.js';
import type { RecordingFilter } from '#/domain/recording-filter.js';

/** What a permit is for, and everything that it is bound to. */
export type PermitGrant =
  | {
      readonly kind: 'connect';
      readonly userId: string;
      readonly accountId: string;
      readonly sessionId: string;
      readonly address: string;
      readonly port: number;
      readonly hostKey: HostKey | null;
      /** Sessions of the same may ride on one login at the target. */
      readonly share: string | null;
      /** What of that which the person's client offers to the target was judged to be lent. */
      readonly lending: Lent;
    }
  | { readonly kind: 'attach'; readonly userId: string; readonly sessionId: string; readonly host: number }
  | { readonly kind: 'watch'; readonly userId: string; readonly sessionId: string; readonly host: number }
  | { readonly kind: 'control'; readonly userId: string; readonly sessionId: string; readonly host: number }
  | {
      readonly kind: 'replay';
      readonly viewer: string;
      readonly userId: string | null;
      readonly recordingId: string;
    }
  | {
      readonly kind: 'search';
      readonly viewer: string;
      readonly userId: string | null;
      readonly text: string;
      readonly filter: RecordingFilter;
    };

export type PermitKind = PermitGrant['kind'];
type GrantOf<K extends PermitKind> = Extract<PermitGrant, { readonly kind: K }>;

export type PermitUse<K extends PermitKind> =
  /** `rode`: before, the session rode on another's login. */
  | { readonly ok: true; readonly grant: GrantOf<K>; readonly rode: boolean }
  | { readonly ok: false; readonly why: string };

/** Milliseconds from the grant to the last moment of its use. */
export const PERMIT_LIFE = 60_000;

export interface Permits {
  /** The only place where a permit comes into being. */
  issue(grant: PermitGrant): string;
  /** A session host took the session that a connect permit is for. */
  land(permit: string, sessionId: string, host: number): PermitUse<'connect'>;
  /** For a session that needs no secret as it rides on a login: it may ask for one later, should that not carry it. */
  ride(permit: string, sessionId: string, host: number): PermitUse<'connect'>;
  /** Uses a permit up: there is no second time, whatever comes of it. A connect permit must have landed on this host. */
  redeem<K extends PermitKind>(
    permit: string,
    kind: K,
    bound: { readonly sessionId?: string; readonly host?: number },
  ): PermitUse<K>;
}

interface Held {
  readonly grant: PermitGrant;
  readonly expiresAt: number;
  landedOn: number | null;
  rode: boolean;
  used: boolean;
}

/** Permits live in memory only, by their hash; a vault that restarts has granted nothing. */
export function createPermits(options: {
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
}): Permits {
  const held = new Map<string, Held>();
  const find = (permit: string, kind: PermitKind): Held | string => {
    const one = held.get(digest(permit));
    if (one === undefined || one.grant.kind !== kind)
      return 'the permit is not one of ours, or its time is over';
    if (one.used) return 'the permit was used already';
    return one.expiresAt <= options.now() ? 'the permit has expired' : one;
  };
  const forgetOld = (): void => {
    // kept for a second life, so that a late use is told from an invented one
    for (const [key, one] of held) if (one.expiresAt + PERMIT_LIFE <= options.now()) held.delete(key);
  };
  return {
    issue(grant) {
      forgetOld();
      const permit = options.random(32).toString('base64url');
      held.set(digest(permit), {
        grant,
        expiresAt: options.now() + PERMIT_LIFE,
        landedOn: null,
        rode: false,
        used: false,
      });
      return permit;
    },
    land(permit, sessionId, host) {
      const one = find(permit, 'connect');
      if (typeof one === 'string') return { ok: false, why: one };
      if (one.grant.kind !== 'connect' || one.grant.sessionId !== sessionId)
        return { ok: false, why: 'the permit is for another session' };
      if (one.landedOn !== null) return { ok: false, why: 'the session has landed already' };
      one.landedOn = host;
      return { ok: true, grant: one.grant, rode: false };
    },
    ride(permit, sessionId, host) {
      const one = find(permit, 'connect');
      if (typeof one === 'string') return { ok: false, why: one };
      const why = one.rode ? 'the session rides already' : misuse(one, { sessionId, host });
      if (why !== null || one.grant.kind !== 'connect')
        return { ok: false, why: why ?? 'no permit to connect' };
      one.rode = true;
      return { ok: true, grant: one.grant, rode: false };
    },
    redeem<K extends PermitKind>(
      permit: string,
      kind: K,
      bound: { readonly sessionId?: string; readonly host?: number },
    ): PermitUse<K> {
      const one = find(permit, kind);
      if (typeof one === 'string') return { ok: false, why: one };
      one.used = true;
      const why = misuse(one, bound);
      return why === null ? { ok: true, grant: one.grant as GrantOf<K>, rode: one.rode } : { ok: false, why };
    },
  };
}

function misuse(
  { grant, landedOn }: Held,
  bound: { readonly sessionId?: string; readonly host?: number },
): string | null {
  if (grant.kind === 'replay' || grant.kind === 'search') return null;
  if (grant.sessionId !== bound.sessionId) return 'the permit is for another session';
  if (grant.kind !== 'connect')
    return grant.host === bound.host ? null : 'the permit is for another session host';
  if (landedOn === null) return 'the session has not landed';
  return landedOn === bound.host ? null : 'the session landed on another session host';
}

function digest(permit: string): string {
  return createHash('sha256').update(permit, 'utf8').digest('base64');
}
