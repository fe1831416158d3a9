import type { Failure, Stage } from '#/domain/failure.js';
import { done, type Outcome } from '#/domain/outcome.js';
import type { PortalLink } from './portal-link.js';
import type { Vault } from './vault.js';

/** Tells the portal and the vault how far a session has come. What the vault did not take did not happen. */
export interface Stages {
  begun(stage: Stage): void;
  done(stage: Stage, note?: string): Promise<Outcome<null>>;
  /** Best effort for the vault: the failure stands anyway. */
  failed(failure: Failure): Promise<void>;
}

export function reportStages(vault: Vault, link: PortalLink, sessionId: string): Stages {
  return {
    begun: (stage) => link.send({ type: 'stage', stage, state: 'begun' }),
    async done(stage, note) {
      const told = await vault.ask('session.stage', {
        sessionId,
        stage,
        ok: true,
        code: null,
        detail: note ?? null,
      });
      if (!told.ok) return told;
      link.send({ type: 'stage', stage, state: 'done', ...(note === undefined ? {} : { note }) });
      return done(null);
    },
    async failed(failure) {
      const told = await vault.ask('session.stage', {
        sessionId,
        stage: failure.stage ?? 5,
        ok: false,
        code: failure.code,
        detail: failure.message,
      });
      if (!told.ok) return;
    },
  };
}
