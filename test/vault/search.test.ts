import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SearchPage } from '#/contract/search-calls.js';
import { contentKeyForWriting, ephemeralKey, textKeyOf } from '#/recorder/tape-key.js';
import {
  type Client,
  client,
  component,
  furnish,
  logIn,
  portal,
  type Running,
  sessionHost,
  startVault,
} from './in-process.ts';

let running: Running;
let desk: Client;
let door: Client;
let monitor: Client;
let accountId: string;

beforeEach(async () => {
  running = await startVault();
  desk = client(running, 'admin');
  accountId = await furnish(desk);
  await desk.ask(
    'admin.user.add',
    {
      name: 'audrey',
      groups: ['Auditors'],
      mustChange: false,
      rights: [],
      expiresAt: null,
      logonHours: null,
    },
    Buffer.from('audrey and a password'),
  );
  await desk.ask(
    'admin.user.add',
    { name: 'bob', groups: [], mustChange: false, rights: [], expiresAt: null, logonHours: null },
    Buffer.from('bob and a password'),
  );
  door = await portal(running);
  monitor = await component(running, ['PSMAdminConnect']);
});
afterEach(() => running.stop());

/** A recording of alice's, and the keys that its tape was written with. */
async function recorded(options: { readonly stored?: boolean; readonly text?: boolean } = {}) {
  const ticket = await logIn(door, 'alice', 'alice and a password');
  const host = await sessionHost(running);
  const { permit, sessionId } = await door.ask('person.connect', {
    ticket,
    accountId,
    columns: 80,
    rows: 24,
    term: 'xterm',
  });
  await host.ask('session.landed', { permit, sessionId });
  const { recording } = await host.ask('session.redeem', { permit, sessionId });
  const pair = ephemeralKey(randomBytes(32));
  const key = contentKeyForWriting(pair, Buffer.from(recording.recipient, 'base64'));
  const head = { recordingId: sessionId, head: 'a'.repeat(64) };
  await host.ask('session.head', {
    ...head,
    segments: 0,
    final: false,
    ephemeral: pair.publicKey.toString('base64'),
  });
  await host.ask('session.head', { ...head, segments: 5, final: true });
  if (options.stored === false) return { sessionId, key };
  await host.ask('session.ended', {
    sessionId,
    ending: { kind: 'exited', status: 0, signal: null },
    activities: { commands: 2, transfers: 1 },
  });
  await (await component(running, ['PSMApp'])).ask('recording.stored', {
    ...head,
    segments: 5,
    bytes: 100,
    digest: 'd'.repeat(64),
    complete: true,
    durationMs: 5,
    text: options.text === false ? null : [{ segment: 3, offset: 50, bytes: 40 }],
  });
  return { sessionId, key };
}

async function begin(user: string | null, text = 'needle'): Promise<string> {
  const { permit } =
    user === null
      ? await desk.ask('admin.search', { text })
      : await door.ask('person.search', { ticket: await logIn(door, user, `${user} and a password`), text });
  const redeemed = await monitor.ask('search.redeem', { permit });
  expect(redeemed).toMatchObject({ text, viewer: user });
  expect(await monitor.refused('search.redeem', { permit })).toMatchObject({ code: 'DENIED' });
  return redeemed.search;
}

async function page(search: string): Promise<{ readonly page: SearchPage; readonly keys: Buffer }> {
  const answer = await monitor.peer.call('search.page', { search, after: null });
  if (!answer.ok) throw new Error(answer.failure.message);
  return { page: answer.value.value as SearchPage, keys: answer.value.blob ?? Buffer.alloc(0) };
}

test('gives keys of the text alone, of a session that runs as well, and of old tapes the key of the whole', async () => {
  const old = await recorded({ text: false });
  const fresh = await recorded();
  const unfinished = await recorded({ stored: false });
  for (const who of [null, 'alice', 'audrey']) {
    const { page: found, keys } = await page(await begin(who));
    expect(found).toMatchObject({ left: 0, after: null });
    expect(found.rows.map(({ row, text }) => [row.id, Array.isArray(text) ? text.length : text])).toEqual([
      [unfinished.sessionId, 'growing'],
      [fresh.sessionId, 1],
      [old.sessionId, null],
    ]);
    expect(found.rows[1]?.row).toMatchObject({ commands: 2, transfers: 1 });
    expect(keys).toEqual(Buffer.concat([textKeyOf(unfinished.key), textKeyOf(fresh.key), old.key]));
  }
});

test('nobody searches what he may not replay, and a right that is taken away counts from the next page on', async () => {
  await recorded();
  expect((await page(await begin('bob'))).page.rows).toEqual([]);
  const search = await begin('audrey');
  expect((await page(search)).page.rows).toHaveLength(1);
  await desk.ask('admin.group.member', { group: 'Auditors', user: 'audrey', present: false });
  expect((await page(search)).page.rows).toEqual([]);
  await desk.ask('admin.user.set', { name: 'audrey', disabled: true });
  expect(await monitor.refused('search.page', { search, after: null })).toMatchObject({ code: 'DENIED' });
});

test('a search goes on only where it was begun, and each one is in the audit, with its text', async () => {
  const search = await begin('alice', 'sec\u202eret \x1b[31m');
  const other = await component(running, ['PSMAdminConnect']);
  expect(await other.refused('search.page', { search, after: null })).toMatchObject({ code: 'DENIED' });
  expect(await monitor.refused('search.page', { search: 'x', after: null })).toMatchObject({
    code: 'DENIED',
  });
  const rows = await desk.ask('admin.audit.list', { after: 0, limit: 200, newestFirst: true });
  expect(rows.find(({ code }) => code === 952)).toMatchObject({
    actor: 'alice',
    detail: 'for "sec·ret ·[31m"',
  });
});
