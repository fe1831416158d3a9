import type { Check } from '#/contract/calls.js';
import { CREDENTIAL_FILES } from '#/contract/credentials.js';
import type { ComponentRow } from '#/contract/rows.js';
import type { Component } from '#/domain/people.js';
import { componentRows } from './component-rows.js';
import type { Vault } from './vault.js';

const HOUR = 60 * 60_000;

/** One check a credential file: does it open where it is bound to, does the vault know its password, how old is it. */
export async function examineComponents(vault: Vault): Promise<readonly Check[]> {
  return (await componentRows(vault)).map((row) => checkOf(row, vault.now()));
}

export function checkOf(row: ComponentRow, now: number): Check {
  const { component, state, problem, disabled, nextAt } = row;
  const part = `credential ${CREDENTIAL_FILES[component as Component].file}`;
  if (disabled)
    return {
      part,
      state: 'failure',
      detail: `${component} is disabled`,
      next: `postern component enable ${component}`,
    };
  if (state === 'unknown')
    return { part, state: 'warning', detail: problem ?? 'not known', next: 'See the log of the supervisor.' };
  if (state !== 'good')
    return {
      part,
      state: 'failure',
      detail: problem ?? state,
      next: `postern credfile resync ${component}`,
    };
  // looked for every ten seconds, tried again every ten minutes
  if (nextAt !== null && now - nextAt > HOUR)
    return {
      part,
      state: 'warning',
      detail: `${component}, ${ageOf(row, now)}; its rotation is overdue`,
      next: `postern credfile rotate ${component}`,
    };
  return { part, state: 'ok', detail: `${component}, ${bindingsOf(row)}, ${ageOf(row, now)}`, next: null };
}

function bindingsOf({ hostName, uid, executable }: ComponentRow): string {
  return `bound to ${hostName ?? '?'}, uid ${uid ?? '?'}, ${executable ?? '?'}`;
}

function ageOf({ madeAt, rotatedAt }: ComponentRow, now: number): string {
  const since = madeAt ?? rotatedAt;
  return since === null ? 'of unknown age' : `${Math.max(0, Math.floor((now - since) / HOUR))} h old`;
}
