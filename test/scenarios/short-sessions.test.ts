import { expect, test } from 'vitest';
import { startPostern } from '../helpers/postern.ts';
import { shortSessions } from '../helpers/short-sessions.ts';
import { startTarget } from '../helpers/target.ts';

// 500 of them: short-sessions.assure.test.ts
test('20 short sessions at once lose no byte, also with a paused reader', { timeout: 120_000 }, async () => {
  const [postern, target] = await Promise.all([startPostern(), startTarget()]);
  try {
    await shortSessions({ postern, target }, 20, 20);
    expect(await postern.json(['sessions', 'list'])).toEqual([]);
  } finally {
    await postern.remove();
    await target.stop();
  }
});
