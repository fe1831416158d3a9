import { z } from 'zod';
import {
  SETTING_LEVELS,
  type SettingLevel,
  type SettingName,
  type SettingValues,
} from '#/domain/settings.js';
import { call } from './call-kind.js';
import type { ExplainedRow } from './rows.js';

const name = z.string().max(4096);
const ofAccount = { ticket: z.string().max(128), accountId: z.string().max(64) };
const where = { level: z.enum(SETTING_LEVELS), of: name };

/** A setting, as it stands at one level. */
export interface SettingRow {
  readonly name: SettingName;
  readonly value: SettingValues[SettingName];
  /** The value as it is typed. */
  readonly shown: string;
  readonly source: string;
  /** Set at this very level. */
  readonly own: boolean;
  readonly allowed: string;
  readonly levels: readonly SettingLevel[];
  readonly meaning: string;
}
export interface PolicyShown {
  /** "platform UnixSSH". */
  readonly of: string;
  /** What of it cannot be understood, so that nobody connects; null: nothing. */
  readonly problem: string | null;
  readonly settings: readonly SettingRow[];
}
export interface Explained {
  readonly account: string;
  readonly permit: boolean;
  readonly rules: readonly ExplainedRow[];
}
export interface PlatformRow {
  readonly name: string;
  /** The built-in one that it is a copy of; null: it is built in. */
  readonly like: string | null;
  readonly defaultPort: number;
  readonly accounts: number;
  /** Names of the settings that it has of its own. */
  readonly settings: readonly SettingName[];
}

/** Settings of policy: a part of CALLS. `of`: the name of the platform or safe, an account as everywhere; the system has none. */
export const POLICY_CALLS = {
  'person.policy': call<PolicyShown>()(['PVWAGW'], z.strictObject(ofAccount)),
  /** `user`: his own name; of others people learn nothing. */
  'person.explain': call<Explained>()(['PVWAGW'], z.strictObject({ ...ofAccount, user: name })),
  'admin.explain': call<Explained>()(['console'], z.strictObject({ user: name, account: name })),
  'admin.policy.show': call<PolicyShown>()(['console'], z.strictObject(where)),
  'admin.policy.set': call<null>()(
    ['console'],
    z.strictObject({ ...where, setting: name, value: z.string().max(16_384) }),
  ),
  'admin.policy.unset': call<null>()(['console'], z.strictObject({ ...where, setting: name })),
  'admin.platform.list': call<readonly PlatformRow[]>()(['console'], z.strictObject({})),
  'admin.platform.add': call<null>()(['console'], z.strictObject({ name, like: name })),
  /** One that no account is of, and that is not built in. */
  'admin.platform.delete': call<null>()(['console'], z.strictObject({ name })),
} as const;
