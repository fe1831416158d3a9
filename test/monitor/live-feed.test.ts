import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeJson } from '#/contract/frame.js';
import type { FromWatchedHost } from '#/contract/watch-link.js';
import type { Failure } from '#/domain/failure.js';
import { openLiveFeed } from '#/monitor/live-feed.js';

const SCREEN: FromWatchedHost = { type: 'screen', columns: 80, rows: 24 };

test.each([
  ['that is lost has died', [SCREEN], 'SESSION_HOST_DIED'],
  ['that never showed anything was not there', [], 'SESSION_HOST_UNAVAILABLE'],
] as const)('a session host %s', async (_what, said, code) => {
  const folder = mkdtempSync(join(tmpdir(), 'feed-'));
  const path = join(folder, 'host.sock');
  const host = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      for (const message of said) socket.write(encodeJson(message));
      socket.end();
    });
  });
  host.listen(path);
  await once(host, 'listening');
  const why = Promise.withResolvers<Failure>();
  const feed = openLiveFeed({
    path,
    request: { type: 'watch', permit: 'p', sessionId: 'n0000000000000000000n' },
    drawn: () => undefined,
    told: () => undefined,
    over: () => undefined,
    failed: why.resolve,
  });
  expect((await why.promise).code).toBe(code);
  feed.close();
  host.close();
  rmSync(folder, { recursive: true });
});
