import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { encodeFrame, encodeJson, FRAME } from '#/contract/frame.js';
import { type LinkListener, portalLink } from '#/session/portal-link.js';

let folder: string;
const open: { close(): void }[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-link-'));
});
afterEach(() => {
  for (const one of open.splice(0)) one.close();
  rmSync(folder, { recursive: true });
});

async function ends(): Promise<{ readonly ours: Socket; readonly theirs: Socket }> {
  const path = join(folder, 's');
  const server = createServer().listen(path);
  const theirs = connect(path);
  const [ours] = (await once(server, 'connection')) as [Socket];
  open.push({ close: () => void (ours.destroy(), theirs.destroy(), server.close()) });
  return { ours, theirs };
}

function collect(into: (string | Buffer)[]): LinkListener {
  return {
    message: ({ type }) => into.push(type),
    data: (bytes) => into.push(bytes),
    drain: () => undefined,
    gone: () => undefined,
  };
}

const MEGABYTES = 8;

test('a portal that types before it is listened to waits at a limit, and loses nothing', async () => {
  const { ours, theirs } = await ends();
  const link = portalLink(ours);
  link.keep();
  for (let at = 0; at < MEGABYTES * 16; at += 1)
    theirs.write(encodeFrame(FRAME.data, Buffer.alloc(64 * 1024, at)));
  theirs.write(encodeJson({ type: 'end' }));
  await vi.waitFor(() => expect(ours.isPaused()).toBe(true), 10_000);
  expect(ours.bytesRead).toBeLessThan(1024 * 1024);

  const heard: (string | Buffer)[] = [];
  link.listen(collect(heard));
  await vi.waitFor(() => expect(heard.at(-1)).toBe('end'), 10_000);
  const bytes = Buffer.concat(heard.slice(0, -1) as Buffer[]);
  expect(bytes.length).toBe(MEGABYTES * 1024 * 1024);
  for (let at = 0; at < MEGABYTES * 16; at += 1) expect(bytes[at * 64 * 1024]).toBe(at);
});

test('a listener that pauses while it is handed what was kept stays paused', async () => {
  const { ours, theirs } = await ends();
  const link = portalLink(ours);
  link.keep();
  for (let at = 0; at < 64; at += 1) theirs.write(encodeFrame(FRAME.data, Buffer.alloc(64 * 1024)));
  await vi.waitFor(() => expect(ours.isPaused()).toBe(true), 10_000);
  link.listen({ ...collect([]), data: () => link.pauseInput() });
  expect(ours.isPaused()).toBe(true);
});

test('a link that was closed keeps nothing more and sees its portal leave', async () => {
  const { ours, theirs } = await ends();
  const link = portalLink(ours);
  link.keep();
  link.close();
  for (let at = 0; at < 64; at += 1) theirs.write(encodeFrame(FRAME.data, Buffer.alloc(64 * 1024)));
  theirs.end();
  await once(ours, 'close');
  expect(link.gone).toBe(true);
});
