import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordingRow } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { createPlaces } from '#/monitor/places.js';
import { serveViewer } from '#/monitor/serve-viewer.js';
import { createLinks } from '#/web/links.js';
import { openSource } from '#/web/open-source.js';
import { pageFiles } from '#/web/page-files.js';
import { createPageServer } from '#/web/page-server.js';
import type { Recorded } from '../monitor/recorded.js';

/** A page server on loopback before a real monitor that has one recording; what the vault would say is said here. */
export async function pageRig(tape: Recorded, row: Partial<RecordingRow> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  const recordings = join(folder, 'recordings');
  mkdirSync(join(recordings, 'PSMRecordings'), { recursive: true });
  copyFileSync(tape.path, join(recordings, 'PSMRecordings', `${tape.recordingId}.tape`));
  let allowed = true;
  let ahead = 0;
  const about = {
    id: tape.recordingId,
    user: 'alice',
    account: 'root@web1',
    from: '192.0.2.7',
    startedAt: 1_764_190_000_000,
    outcome: 'exited',
    endingText: 'the client ended with status 0',
    ...row,
  } as unknown as RecordingRow;
  const monitor = createServer((socket) =>
    serveViewer(
      socket,
      {
        vault: {
          redeem: () =>
            Promise.resolve(
              done({
                recordingId: tape.recordingId,
                recordingSafe: 'PSMRecordings',
                heads: tape.heads,
                verifyKey: tape.verifyKey,
                list: null,
                proof: null,
                stored: 'safe',
                row: about,
                viewer: 'alice',
              }),
            ),
          key: () => Promise.resolve(done(tape.contentKey())),
          goesOn: () =>
            Promise.resolve(
              allowed
                ? done({ row: about })
                : failed(failure('WATCHING_ENDED', 'the right to it was taken away')),
            ),
          over: () => undefined,
        },
        recordings,
        clock: () => performance.now(),
        log: () => undefined,
        searching: {
          redeem: () => Promise.reject(new Error('nobody searches here')),
          page: () => Promise.reject(new Error('nobody searches here')),
        },
        limits: {
          asking: 60_000,
          all: createPlaces(100),
          person: createPlaces(100),
          searches: createPlaces(2),
        },
        hostPath: () => '/nowhere',
      },
      'portal',
    ),
  );
  const path = join(folder, 'monitor.sock');
  monitor.listen(path);
  await once(monitor, 'listening');
  const links = createLinks({ now: () => Date.now() + ahead, random: randomBytes });
  const pages = createPageServer({
    files: await pageFiles(),
    random: randomBytes,
    open: async (token) =>
      links.take(token) === null
        ? failed(failure('WATCHING_ENDED', 'the link was used, or is too old'))
        : await openSource(path, 'permit'),
  });
  const server = createServer((socket) => pages.accept(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    link: () => `http://127.0.0.1:${port}/#${links.issue(tape.recordingId)}`,
    token: () => links.issue(tape.recordingId),
    forbid: () => (allowed = false),
    advance: (ms: number) => (ahead += ms),
    async [Symbol.asyncDispose]() {
      pages.close();
      server.close();
      monitor.close();
      await new Promise((resolve) => setTimeout(resolve, 20));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
