import { once } from 'node:events';
import { done } from '#/domain/outcome.js';
import type { DirectVisit } from '#/door/direct-visit.js';
import { openRig, type Rig, somebody } from './rig.ts';

/** A door that lets everybody in, and the visits that it serves: each lasts until its person is gone. */
export async function openToVisits(): Promise<{
  readonly rig: Rig;
  readonly visits: readonly DirectVisit[];
}> {
  const visits: DirectVisit[] = [];
  const rig = await openRig({
    questions: {
      logIn: async ({ readings }) => done({ ...somebody, reading: readings.indexOf('alice') }),
      reasonNeeded: async () => false,
    },
    serveDirect: async (visit) => {
      visits.push(visit);
      await once(visit.gone, 'abort');
    },
  });
  return { rig, visits };
}
