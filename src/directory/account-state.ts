import type { AccountState } from '#/contract/directory-calls.js';

/** The attributes that say whether an account may be used, as far as a server has them. */
export const STATE_ATTRIBUTES: readonly string[] = [
  // Active Directory
  'userAccountControl',
  'msDS-User-Account-Control-Computed',
  'accountExpires',
  'lockoutTime',
  'pwdLastSet',
  // OpenLDAP's password policy (draft-behera), operational
  'pwdAccountLockedTime',
  'pwdReset',
  'pwdEndTime',
  'shadowExpire',
];

type Values = Readonly<Record<string, readonly (string | Buffer)[]>>;

// [MS-ADTS] 2.2.16
const ACCOUNT_DISABLE = 0x2;
const LOCKOUT = 0x10;
const PASSWORD_EXPIRED = 0x80_0000;
const DONT_EXPIRE_PASSWORD = 0x1_0000;
const DAY = 86_400_000;

/** What an entry says of its account at a moment (milliseconds since 1970). Names of `values` are in lower case. */
export function stateOf(values: Values, now: number): AccountState {
  return fromActiveDirectory(values, now) ?? fromPasswordPolicy(values, now) ?? 'active';
}

function fromActiveDirectory(values: Values, now: number): AccountState | null {
  const control = number(values, 'useraccountcontrol');
  const computed = number(values, 'msds-user-account-control-computed') ?? 0;
  if (control !== null && (control & ACCOUNT_DISABLE) !== 0) return 'disabled';
  const expires = filetime(first(values, 'accountexpires'));
  if (expires !== null && expires <= now) return 'expired';
  // lockoutTime stays when the lock has passed: where the server computes the flag, it decides
  const locked = filetime(first(values, 'lockouttime'));
  const computes = first(values, 'msds-user-account-control-computed') !== null;
  if ((computed & LOCKOUT) !== 0 || (!computes && locked !== null)) return 'locked';
  const never = control !== null && (control & DONT_EXPIRE_PASSWORD) !== 0;
  // such a password is computed as expired, too
  if (first(values, 'pwdlastset') === '0' && !never) return 'password-must-change';
  return (computed & PASSWORD_EXPIRED) === 0 ? null : 'password-expired';
}

function fromPasswordPolicy(values: Values, now: number): AccountState | null {
  const locked = first(values, 'pwdaccountlockedtime');
  // locked by an administrator, for good (draft-behera-ldap-password-policy 5.3.3)
  if (locked !== null) return locked.startsWith('000001010000') ? 'disabled' : 'locked';
  const end = generalizedTime(first(values, 'pwdendtime'));
  if (end !== null && end <= now) return 'expired';
  const days = number(values, 'shadowexpire');
  if (days !== null && days >= 0 && days * DAY <= now) return 'expired';
  return first(values, 'pwdreset')?.toUpperCase() === 'TRUE' ? 'password-must-change' : null;
}

/** Active Directory's codes behind `data` in what it answers to a bind (Windows error codes, hexadecimal). */
const BIND_DATA: Readonly<Record<string, AccountState>> = {
  '532': 'password-expired',
  '533': 'disabled',
  '701': 'expired',
  '773': 'password-must-change',
  '775': 'locked',
};

/** Errors of the password policy control. */
const POLICY: Readonly<Record<number, AccountState>> = {
  0: 'password-expired',
  1: 'locked',
  2: 'password-must-change',
};

/** Why a bind was rejected beyond a wrong password, as far as the server tells; null: it does not. */
export function stateOfRejection(diagnostic: string, policy: number | null): AccountState | null {
  const data = /\bdata ([0-9a-f]{3,8})\b/i.exec(diagnostic)?.[1]?.toLowerCase();
  return (
    (data === undefined ? undefined : BIND_DATA[data]) ?? (policy === null ? null : (POLICY[policy] ?? null))
  );
}

/** Active Directory counts in 100 ns since 1601; 0 and 2^63-1 are "never". Milliseconds since 1970. */
export function filetime(text: string | null): number | null {
  if (text === null || !/^\d{1,19}$/.test(text)) return null;
  const ticks = BigInt(text);
  if (ticks === 0n || ticks >= 0x7fff_ffff_ffff_ffffn) return null;
  return Number(ticks / 10_000n - 11_644_473_600_000n);
}

/** RFC 4517 3.3.13, in UTC and to the second. Milliseconds since 1970. */
function generalizedTime(text: string | null): number | null {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,]\d+)?Z$/.exec(text ?? '');
  if (parts === null) return null;
  const [, year, month, day, hour, minute, second] = parts.map((one) => Number(one ?? 0));
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day ?? 1, hour ?? 0, minute ?? 0, second ?? 0);
}

function first(values: Values, name: string): string | null {
  const value = values[name]?.[0];
  return value === undefined ? null : value.toString();
}

function number(values: Values, name: string): number | null {
  const text = first(values, name);
  return text !== null && /^-?\d{1,11}$/.test(text) ? Number(text) : null;
}
