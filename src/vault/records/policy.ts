import type { SettingLevel } from '#/domain/settings.js';

/** Where something is set: an id of a safe or account, a platform's name in lower case, nothing for the system. */
export interface SettingScope {
  readonly level: SettingLevel;
  readonly scope: string;
}

export interface StoredSetting extends SettingScope {
  readonly name: string;
  /** What JSON held: nobody has checked it. */
  readonly value: unknown;
}

export interface PolicyRecords {
  /** Of these scopes, or all that there is. */
  settings(scopes?: readonly SettingScope[]): Promise<readonly StoredSetting[]>;
  putSetting(setting: StoredSetting): Promise<void>;
  /** False: it was not set there. */
  removeSetting(scope: SettingScope, name: string): Promise<boolean>;
}
