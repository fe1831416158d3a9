import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FIRST_PASSWORD } from '#/house/new-password.js';

/** What a new home is made of, in the order in which it is put in place: the vault last, because it says that all is there. */
const PARTS = ['credentials', 'portal', 'demo', FIRST_PASSWORD, 'vault'] as const;
export type Part = (typeof PARTS)[number];

/** A place to build a home in, empty: what an interrupted run left there is thrown away. */
export function scaffold(home: string): string {
  removeScaffold(home);
  const partial = join(home, '.partial');
  mkdirSync(partial, { mode: 0o711 });
  return partial;
}

export function removeScaffold(home: string): void {
  rmSync(join(home, '.partial'), { recursive: true, force: true });
}

/** Moves the parts that were built into the home. Run again after an interruption, it replaces what the first run moved. */
export function putInPlace(home: string, built: readonly Part[]): void {
  const partial = join(home, '.partial');
  for (const part of PARTS) {
    if (part !== 'vault') rmSync(join(home, part), { recursive: true, force: true });
    if (built.includes(part)) renameSync(join(partial, part), join(home, part));
  }
  removeScaffold(home);
}
