import type { Platform } from '#/domain/platform.js';

/** Platforms that people made; those of the beginning are not stored. */
export interface PlatformRecords {
  platforms(): Promise<readonly Platform[]>;
  addPlatform(platform: Platform): Promise<void>;
  /** It goes with its settings. */
  removePlatform(name: string): Promise<void>;
}
