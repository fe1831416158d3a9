import { type Failure, failure, type Stage } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { Control } from './control.js';
import type { PortalLink } from './portal-link.js';
import type { Vault } from './vault.js';

/** Tells the portal and the vault how far a session has come. What the vault did not take did not happen. */
export interface Stages {
  begun(stage: Stage): void;
  done(stage: Stage, note?: string): Promise<Outcome<null>>;
  /** Passed, and told with the next one that is done: for stages after which nothing happens that cannot be taken back. */
  passed(stage: Stage, note?: string): void;
  /** Best effort for the vault: the failure stands anyway. */
  failed(failure: Failure): Promise<void>;
}

/** `link` null: nobody watches a screen on which they would be shown. */
export function reportStages(vault: Vault, link: PortalLink | null, sessionId: string): Stages {
  let passed: { readonly stage: Stage; readonly detail: string | null }[] = [];
  const tell = (stage: Stage, ok: boolean, code: string | null, detail: string | null) => {
    const before = passed;
    passed = [];
    return vault.ask('session.stage', {
      sessionId,
      stage,
      ok,
      code,
      detail,
      ...(before.length === 0 ? {} : { passed: before }),
    });
  };
  const show = (stage: Stage, note: string | undefined): void =>
    link?.send({ type: 'stage', stage, state: 'done', ...(note === undefined ? {} : { note }) });
  return {
    begun: (stage) => link?.send({ type: 'stage', stage, state: 'begun' }),
    async done(stage, note) {
      const told = await tell(stage, true, null, note ?? null);
      if (!told.ok) return told;
      show(stage, note);
      return done(null);
    },
    passed(stage, note) {
      passed.push({ stage, detail: note ?? null });
      show(stage, note);
    },
    async failed(because) {
      await tell(because.stage ?? 5, false, because.code, because.message);
    },
  };
}

/** Walks one stage: what the person and the vault hear of it, and nothing once the session was ended. */
export function stepper(control: Control, stages: Stages) {
  return async function step<T>(
    stage: Stage,
    run: () => Outcome<T> | Promise<Outcome<T>>,
    {
      note,
      atOnce = true,
    }: {
      readonly note?: (value: T) => string | null;
      /** False: told with the next stage. */
      readonly atOnce?: boolean;
    } = {},
  ): Promise<Outcome<T>> {
    if (control.reason !== null) return failed(failure('SESSION_GONE'));
    stages.begun(stage);
    const outcome = await run();
    if (!outcome.ok) {
      // the failure may belong to a later stage, which this one has then reached
      for (let passed = stage; passed < (outcome.failure.stage ?? stage); passed += 1)
        await stages.done(passed);
      return { ok: false, failure: { ...outcome.failure, stage: outcome.failure.stage ?? stage } };
    }
    const said = note?.(outcome.value) ?? undefined;
    if (!atOnce) stages.passed(stage, said);
    const told = atOnce ? await stages.done(stage, said) : done(null);
    return told.ok ? outcome : told;
  };
}
