/** The desk, on a real socket; of the vault only when it answers. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RpcPeer } from '#/contract/rpc.js';
import { done } from '#/domain/outcome.js';
import { OPENSSH_LIMITS } from '#/door/limits.js';
import { type Desk, openDesk } from '#/processes/portal/serve-desk.js';
import { until } from '../door/rig.js';
import { loggedIn } from './house.js';

let folder: string;
let server: Server;
let desk: Desk;
let asked: { readonly call: string; readonly args: unknown }[];
let ends: Socket[];
let login: PromiseWithResolvers<void>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'desk-'));
  asked = [];
  ends = [];
  login = Promise.withResolvers();
  const ask = async (call: string, args: unknown): Promise<unknown> => {
    asked.push({ call, args });
    if (call === 'person.login') await login.promise;
    return done({ value: call === 'person.login' ? loggedIn : null });
  };
  desk = openDesk({
    vault: { ask: ask as Parameters<typeof openDesk>[0]['vault']['ask'] },
    monitor: join(folder, 'no monitor here'),
    limits: OPENSSH_LIMITS,
    chance: { now: () => performance.now() / 1000, random: () => 1 },
  });
  server = createServer((socket) => {
    ends.push(socket);
    desk.accept(socket);
  }).listen(join(folder, 'desk.sock'));
  await once(server, 'listening');
});
afterEach(() => {
  desk.close();
  server.close();
  rmSync(folder, { recursive: true });
});

test.each([
  ['before the vault answers his login', false],
  ['after it', true],
])('whoever leaves %s is logged out', async (_when, answered) => {
  const peer = new RpcPeer(connect(join(folder, 'desk.sock')));
  const entered = peer.call('person.login', { user: 'alice' }, Buffer.from('right'));
  await until(() => asked.length === 1);
  if (answered) {
    login.resolve();
    await entered;
  }
  const left = once(ends[0] ?? server, 'close');
  peer.close('gone');
  await left;
  login.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked[1]).toEqual({ call: 'person.logout', args: { ticket: loggedIn.ticket } });
});
