import { afterAll, beforeAll, test } from 'vitest';
import { libraryOf } from '../vault/library-of.ts';
import { median } from './driver.ts';
import { noteMeasure, timesOf } from './note-measure.ts';

const COUNT = 100_000;
const RUNS = 9;
const library = libraryOf(COUNT);
beforeAll(library.open, 120_000);
afterAll(library.close);

/** The slowest kinds of a page: filters that find nothing look through everything that one may see. */
test('a page of 100,000 recordings, whoever asks and however deep', async () => {
  const deep = (await library.all('console'))[COUNT - 1000]?.id ?? '';
  const pages = [
    ['first, all of them', 'console', {}],
    ['deep, all of them', 'console', { after: deep }],
    ['deep, half of them', 'carol', { after: deep }],
    ['of one person', 'erin', { filter: { user: 'bob' } }],
    ['one’s own, none found', 'bob', { filter: { longer: 60_000_000 } }],
    ['of no target', 'console', { filter: { target: 'nowhere' } }],
    ['of no word', 'console', { filter: { any: ['nothing', 'at all'] } }],
  ] as const;
  for (const [what, who, page] of pages) {
    const times = await timesOf(RUNS, () => library.list(who, { limit: 200, ...page }));
    noteMeasure({ what: `list of 100,000, ${what}: ms`, value: median(times), bar: 300 });
  }
});
