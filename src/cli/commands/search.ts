import type { Command } from 'commander';
import type { FromMonitor, SearchHit, SearchProgress } from '#/contract/replay-link.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { leaf } from '../leaf.js';
import { openMonitor } from '../monitor-link.js';
import { isoTime, printJson, printLine } from '../output.js';
import { type FilterOptions, filterOf, withFilters } from './recordings-list.js';

const MOST = 500;

export function searchCommand(program: Command): void {
  const command = withFilters(
    program
      .command('search <text>')
      .description(
        'looks for text in all recordings, newest first: what was on the screen, commands, transfers, markers; case does not matter',
      ),
  ).option('--limit <hits>', `at most so many, up to 5000 (${MOST})`);
  leaf<FilterOptions & { readonly limit?: string }>(command, async ({ admin, json }, options, text = '') => {
    const filter = filterOf(options, Date.now());
    if (!filter.ok) return filter;
    const most = options.limit === undefined ? MOST : Number(options.limit);
    if (!(Number.isInteger(most) && most >= 1 && most <= 5000))
      return failed(failure('BAD_INPUT', '--limit is a number from 1 to 5000'));
    if ([...text].length < 2) return failed(failure('BAD_INPUT', 'look for at least two characters'));
    const permit = await admin.ask('admin.search', { text, filter: filter.value });
    if (!permit.ok) return permit;
    const hits: SearchHit[] = [];
    const over = await search(admin.run, { permit: permit.value.permit, most }, (found) => {
      if (json) hits.push(...found);
      else for (const hit of found) printLine(hitText(hit));
    });
    if (!over.ok) return over;
    if (json) printJson({ hits: hits.map(hitJson), ...summaryJson(over.value) });
    else printLine(summaryText(over.value));
    return over;
  });
}

async function search(
  run: string,
  wanted: { readonly permit: string; readonly most: number },
  take: (hits: readonly SearchHit[]) => void,
): Promise<Outcome<SearchProgress>> {
  const { promise, resolve } = Promise.withResolvers<Outcome<SearchProgress>>();
  const hear = (message: FromMonitor | Buffer): void => {
    if (Buffer.isBuffer(message)) return;
    if (message.type === 'failed') resolve(failed(message.failure));
    if (message.type === 'hits') take(message.hits);
    if (message.type === 'searched' && message.over) resolve(done(message));
  };
  const link = openMonitor(run, hear, (why) => resolve(failed(failure('MONITOR_UNAVAILABLE', why))));
  link.say({ type: 'search', ...wanted });
  const outcome = await promise;
  link.close();
  return outcome;
}

function hitText({ recording, at, kind, line }: SearchHit): string {
  return `${recording.id}  ${isoTime(recording.startedAt) ?? ''}  ${recording.user}  ${recording.account}  ${offset(at)}  ${kind === 'screen' ? '' : `${kind}: `}${line}`;
}

function hitJson({ recording, at, kind, line }: SearchHit) {
  const { id, user, account, safe, startedAt } = recording;
  return {
    recordingId: id,
    user,
    account,
    safe,
    startedAt: isoTime(startedAt),
    offsetSeconds: at / 1000,
    kind,
    line,
  };
}

function summaryJson({ recordings, slow, left, failed: unread, more }: SearchProgress) {
  return { searched: recordings, slow, notSearched: left, unreadable: unread, more };
}

function summaryText({ hits, recordings, slow, left, failed: unread, more }: SearchProgress): string {
  const parts = [
    `${hits}${more ? ' or more' : ''} hit${hits === 1 ? '' : 's'} in ${recordings} recordings`,
    ...(slow > 0 ? [`${slow} of them without text of their own, read whole`] : []),
    ...(left > 0 ? [`${left} deleted, not searched`] : []),
    ...(unread > 0 ? [`${unread} could not be read: postern recordings verify`] : []),
  ];
  return parts.join('; ');
}

/** h:mm:ss into the recording. */
function offset(at: number): string {
  const seconds = Math.floor(at / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
