import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { done } from '#/domain/outcome.js';
import { type LearnOptions, learnHostKey } from '#/session/learn-host-key.js';
import { makeSessionDirectory, type SessionDirectory } from '#/session/session-directory.js';

let folder: string;
let target: Server;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'postern-learn-'));
  target = createServer().listen(0, '127.0.0.1');
  await once(target, 'listening');
});
afterEach(() => {
  target.close();
  rmSync(folder, { recursive: true });
});

test.each([
  ['its configuration cannot be written', (): Partial<SessionDirectory> => ({ write: broken })],
  ['its sockets cannot be opened', (): Partial<SessionDirectory> => ({ socket: () => '/nowhere/at/all' })],
] as const)('a probe that breaks because %s lets go of the target', async (_what, breaks) => {
  const connected = once(target, 'connection') as Promise<[Socket]>;
  const made = makeSessionDirectory({ sessions: folder, sessionId: 'one', host: 0 });
  const learning = learnHostKey(options({ ...made, ...breaks() }));
  const [socket] = await connected;
  const left = once(socket.resume(), 'close');
  await expect(learning).rejects.toThrow(/full|ENOENT|EACCES/);
  await left;
  made.remove();
  expect(readdirSync(folder)).toEqual([]);
});

function broken(): never {
  throw new Error('the disk is full');
}

function options(directory: SessionDirectory): LearnOptions {
  const { port } = target.address() as AddressInfo;
  return {
    parts: {
      spool: folder,
      reserveBytes: 0,
      inside: '/inside',
      now: () => 0,
      vault: { ask: () => Promise.resolve(done({ value: { level: 3, healed: null }, blob: undefined })) },
    },
    grant: { sessionId: 'one', hostKey: null, target: { user: 'root', address: '127.0.0.1', port } },
    directory,
    term: 'xterm',
    lang: 'C.UTF-8',
    signal: new AbortController().signal,
    decided: () => Promise.resolve(false),
  } as unknown as LearnOptions;
}
