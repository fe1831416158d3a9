import { Writable } from 'node:stream';
import type { CallResult } from '#/contract/calls.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { AdminLink } from './admin-link.js';
import { askMonitor } from './monitor-link.js';

const PAGE = 5000;

/** Every recording that the books have, however many they are. */
export async function allRecordings(admin: AdminLink): Promise<Outcome<CallResult<'admin.recordings.ids'>>> {
  const all: CallResult<'admin.recordings.ids'>[number][] = [];
  for (let after = ''; ; ) {
    const page = await admin.ask('admin.recordings.ids', { after, limit: PAGE });
    if (!page.ok) return page;
    all.push(...page.value);
    const last = page.value.at(-1);
    if (last === undefined) return done(all);
    after = last.id;
  }
}

/** `<recording safe>/<recording id>` of every file among the recordings that has the name of a tape. */
export async function namesOfTapes(run: string): Promise<Outcome<readonly string[]>> {
  const parts: Buffer[] = [];
  const into = new Writable({
    write(chunk: Buffer, _encoding, next) {
      parts.push(chunk);
      next();
    },
  });
  const answer = await askMonitor(run, { type: 'tapes' }, into);
  if (!answer.ok) return answer;
  if (answer.value.type !== 'done')
    return failed(failure('PROTOCOL', `the monitor answered ${answer.value.type}`));
  return done(
    Buffer.concat(parts)
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== ''),
  );
}
