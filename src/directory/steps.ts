import type { DirectoryStep, DirectoryStepName, DirectoryTrouble } from '#/contract/directory-calls.js';
import { oneLine } from '#/domain/failure.js';

/** Writes down what was done with one server, in order, and how long it took. */
export interface Steps {
  readonly taken: readonly DirectoryStep[];
  /** Runs one step; null: it failed, and stands in the list with its reason. */
  take<T>(
    step: DirectoryStepName,
    work: () => Promise<{ readonly value: T; readonly detail: string }>,
  ): Promise<T | null>;
  leaveOut(step: DirectoryStepName, why: string): void;
  /** Says of a step how it went, when it is no trouble of the directory's. */
  note(step: DirectoryStepName, ok: boolean, detail: string): void;
  /** What the last failed step was. */
  trouble(): DirectoryTrouble;
}

export function createSteps(server: string, clock: () => number = () => performance.now()): Steps {
  const taken: DirectoryStep[] = [];
  const add = (step: DirectoryStepName, ok: boolean | null, detail: string, ms: number): void => {
    taken.push({ step, server, ok, detail: oneLine(detail), ms: Math.round(ms) });
  };
  return {
    taken,
    async take(step, work) {
      const began = clock();
      try {
        const { value, detail } = await work();
        add(step, true, detail, clock() - began);
        return value;
      } catch (error) {
        add(step, false, error instanceof Error ? error.message : 'unknown', clock() - began);
        return null;
      }
    },
    leaveOut: (step, why) => add(step, null, why, 0),
    note: (step, ok, detail) => add(step, ok, detail, 0),
    trouble() {
      const last = taken.findLast((one) => one.ok === false);
      return {
        kind: 'unavailable',
        step: last?.step ?? 'name',
        server,
        detail: last?.detail ?? 'nothing was tried',
      };
    },
  };
}
