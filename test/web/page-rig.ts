import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
import { type Recorded, segmentsOf } from '../monitor/recorded.js';

/** A page server on loopback before a real monitor that has one recording; what the vault would say is said here. */
export async function pageRig(
  tape: Recorded,
  row: Partial<RecordingRow> = {},
  /** Its session runs, and so many segments are there. */
  running: number | null = null,
) {
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  const recordings = join(folder, 'recordings');
  mkdirSync(join(recordings, 'PSMRecordings'), { recursive: true });
  const kept = join(recordings, 'PSMRecordings', tape.recordingId);
  const segments = segmentsOf(tape);
  const begun = Buffer.concat([tape.bytes.subarray(0, tape.headerBytes), ...segments.slice(0, running ?? 0)]);
  if (running === null) copyFileSync(tape.path, `${kept}.tape`);
  else writeFileSync(`${kept}.running`, begun);
  let allowed = true;
  let ahead = 0;
  let about = {
    id: tape.recordingId,
    user: 'alice',
    account: 'root@web1',
    from: '192.0.2.7',
    startedAt: 1_764_190_000_000,
    endedAt: running === null ? 1_764_190_100_000 : null,
    stored: running === null ? 'safe' : 'live',
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
                heads: running === null ? tape.heads : tape.heads.filter(({ final }) => !final),
                verifyKey: tape.verifyKey,
                list: null,
                proof: null,
                stored: running === null ? 'safe' : 'live',
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
    /** Segments come, up to that one. */
    grow(from: number, to: number) {
      appendFileSync(`${kept}.running`, Buffer.concat(segments.slice(from, to)));
    },
    becomes(change: Partial<RecordingRow>) {
      about = { ...about, ...change };
    },
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
