import { expect, test } from 'vitest';
import { startPostern } from '../helpers/postern.ts';
import { shortSessions } from '../helpers/short-sessions.ts';
import { startTarget } from '../helpers/target.ts';

test('500 short sessions, 20 at a time, lose no byte, also with a paused reader', async () => {
  const [postern, target] = await Promise.all([startPostern(), startTarget()]);
  try {
    await shortSessions({ postern, target }, Number(process.env['POSTERN_SHORT_SESSIONS'] ?? 500), 20);
    expect(await postern.json(['sessions', 'list'])).toEqual([]);
  } finally {
    await postern.remove();
    await target.stop();
  }
});
