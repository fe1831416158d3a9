import type { SecondFactorRow } from '#/contract/rows.js';
import type { GroupId, UserId } from '#/domain/ids.js';
import type { VaultRight } from '#/domain/permission.js';
import type { SecondFactorPolicy } from '#/domain/second-factor.js';

export interface Moment {
  readonly at: number;
  readonly from: string;
}

export interface UserKey {
  readonly type: string;
  readonly base64: string;
  readonly fingerprint: string;
  readonly comment: string;
  readonly verifyRequired: boolean;
}

export interface User {
  readonly id: UserId;
  readonly name: string;
  readonly passwordHash: string | null;
  readonly mustChangePassword: boolean;
  readonly disabled: boolean;
  readonly expiresAt: number | null;
  readonly logonHours: string | null;
  readonly lastSuccess: Moment | null;
  readonly lastFailure: Moment | null;
  /** His own and those of his groups. */
  readonly rights: readonly VaultRight[];
  readonly ownRights: readonly VaultRight[];
  readonly groupIds: readonly GroupId[];
  readonly groups: readonly string[];
  readonly publicKeys: readonly UserKey[];
  readonly secondFactor: SecondFactorRow;
}

export type NewUser = Pick<
  User,
  'id' | 'name' | 'passwordHash' | 'mustChangePassword' | 'disabled' | 'expiresAt' | 'logonHours'
> & {
  readonly rights: readonly VaultRight[];
};

export interface UserChange {
  readonly passwordHash?: string;
  readonly mustChangePassword?: boolean;
  readonly disabled?: boolean;
  readonly expiresAt?: number | null;
  readonly logonHours?: string | null;
  readonly lastSuccess?: Moment;
  readonly lastFailure?: Moment;
}

export interface Group {
  readonly id: GroupId;
  readonly name: string;
  readonly builtIn: boolean;
  readonly rights: readonly VaultRight[];
  readonly members: readonly string[];
  readonly secondFactor: SecondFactorPolicy;
}

/** Failed logins of one name from one source. */
export interface FailedLogins {
  readonly failures: number;
  readonly lastFailureAt: number | null;
  readonly lockedUntil: number | null;
}

export interface PeopleRecords {
  user(id: UserId): Promise<User | null>;
  /** Ignores case; no two users differ by case only. */
  userByName(name: string): Promise<User | null>;
  users(): Promise<readonly User[]>;
  addUser(user: NewUser): Promise<void>;
  changeUser(id: UserId, change: UserChange): Promise<void>;
  addKey(id: UserId, key: UserKey): Promise<void>;
  /** False: he has no such key. */
  removeKey(id: UserId, fingerprint: string): Promise<boolean>;
  failedLogins(name: string, from: string): Promise<FailedLogins | null>;
  /** Also drops what is older than `forget` (milliseconds since 1970). */
  saveFailedLogins(name: string, from: string, failed: FailedLogins, forget: number): Promise<void>;
  /** Until when failed logins hold this name back, from whatever source is held back longest. */
  lockedUntil(name: string, now: number): Promise<number | null>;
  unlock(name: string): Promise<void>;
  groupByName(name: string): Promise<Group | null>;
  groups(): Promise<readonly Group[]>;
  addGroup(group: Pick<Group, 'id' | 'name' | 'builtIn' | 'rights'>): Promise<void>;
  setGroupSecondFactor(id: GroupId, policy: SecondFactorPolicy): Promise<void>;
  deleteGroup(id: GroupId): Promise<void>;
  setGroupMember(group: GroupId, user: UserId, present: boolean): Promise<void>;
}
