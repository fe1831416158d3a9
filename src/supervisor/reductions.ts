import type { IsolationLevel } from '#/domain/session.js';
import { levelOf, shortfall, type Trial } from './isolation.js';

/** What is less than it should be here, in sentences for the card, the log and doctor. Nothing is lowered silently. */
export function reductions(facts: {
  readonly root: boolean;
  readonly namespace: boolean;
  readonly trials: readonly Trial[];
  readonly minimum: IsolationLevel;
}): readonly string[] {
  const { root, namespace, trials, minimum } = facts;
  const level = levelOf(trials);
  const lines: string[] = [];
  if (!root)
    lines.push(
      'NOT ROOT: every process and every session runs as you; there are no separate users, no shadow identities and no boxes',
    );
  if (root && !namespace)
    lines.push(
      'no mount namespace (a container without CAP_SYS_ADMIN?): processes use the installation where it lies',
    );
  if (level < minimum) {
    lines.push(
      `ISOLATION ${level} IS BELOW THE MINIMUM OF ${minimum}: every session is refused (${shortfall(trials) || 'nothing above it can be had without root'})`,
    );
    lines.push(`to accept it all the same, write "minimumIsolation": ${level} into config.json`);
  } else if (level < 3) {
    lines.push(
      `isolation is ${level} of 3, as config.json accepts${shortfall(trials) === '' ? '' : ` (${shortfall(trials)})`}`,
    );
  }
  return lines;
}
