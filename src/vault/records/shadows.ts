import type { UserId } from '#/domain/ids.js';

export interface Shadow {
  readonly userId: UserId;
  readonly user: string;
  readonly name: string;
  readonly uid: number;
  readonly state: 'active' | 'deleted';
  readonly profileVersion: number;
  readonly lastUsedAt: number | null;
}

export interface ShadowRecords {
  shadow(user: UserId): Promise<Shadow | null>;
  shadows(): Promise<readonly Shadow[]>;
  addShadow(shadow: Shadow): Promise<void>;
  changeShadow(
    user: UserId,
    change: Partial<Pick<Shadow, 'state' | 'profileVersion' | 'lastUsedAt'>>,
  ): Promise<void>;
}
