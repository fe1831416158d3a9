/** Connections to be made from the target: what the door makes of them, with ssh2 as the client. */
import { once } from 'node:events';
import ssh2, { type ClientChannel } from 'ssh2';
import { afterEach, expect, test } from 'vitest';
import { done } from '#/domain/outcome.js';
import type { ForwardVisit } from '#/door/forward-visit.js';
import { openRig, type Rig, type RigOptions, somebody, until } from './rig.ts';

let rig: Rig;
const clients: ssh2.Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.end();
  await rig.close();
});

async function door(options: RigOptions = {}): Promise<ForwardVisit[]> {
  const visits: ForwardVisit[] = [];
  rig = await openRig({
    questions: {
      logIn: async ({ readings }) => done({ ...somebody, reading: readings.indexOf('alice') }),
      reasonNeeded: async () => false,
    },
    serveForward: async (visit) => void visits.push(visit),
    ...options,
  });
  return visits;
}

async function connected(username = 'alice@root@web1'): Promise<ssh2.Client> {
  const client = new ssh2.Client();
  clients.push(client);
  client.on('keyboard-interactive', (_name, _words, _lang, prompts, finish) =>
    finish(prompts.map(() => 'right')),
  );
  client.on('error', () => undefined);
  client.connect({ host: '127.0.0.1', port: rig.port, username, tryKeyboard: true, strictVendor: false });
  await once(client, 'ready');
  return client;
}

type Refused = Error & { readonly reason: number };
function ask(client: ssh2.Client, host = 'db1', port = 5432): Promise<ClientChannel | Refused> {
  return new Promise((resolve) =>
    client.forwardOut('127.0.0.1', 1, host, port, (error, channel) =>
      resolve((error as Refused | undefined) ?? channel),
    ),
  );
}
async function first(visits: readonly ForwardVisit[], place = 0): Promise<ForwardVisit> {
  await until(() => visits.length > place);
  const visit = visits[place];
  if (visit === undefined) throw new Error('no visit');
  return visit;
}

test('nothing is open before it stands; then bytes go both ways, and each side ends by itself', async () => {
  const visits = await door();
  let settled = false;
  const asked = ask(await connected()).finally(() => (settled = true));
  const visit = await first(visits);
  expect(visit).toMatchObject({ to: { host: 'db1', port: 5432 }, target: { address: 'web1' }, reason: null });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(settled).toBe(false);
  const line = visit.open();
  const channel = (await asked) as ClientChannel;
  const got: Buffer[] = [];
  line?.input.on('data', (bytes: Buffer) => got.push(bytes));
  const ended = once(line?.input ?? channel, 'end');
  channel.end(Buffer.alloc(300_000, 'a'));
  await ended;
  expect(Buffer.concat(got).length).toBe(300_000);
  const back: Buffer[] = [];
  channel.on('data', (bytes: Buffer) => back.push(bytes));
  line?.output.write(Buffer.alloc(300_000, 'b'));
  visit.close();
  await once(channel, 'close');
  expect(Buffer.concat(back).length).toBe(300_000);
  expect(visit.gone.aborted).toBe(true);
});

test('a client that reads no more is not waited for: its place is free again, the connection lives on', async () => {
  const visits = await door({ limits: { forwards: 1, farewell: 200 } });
  const client = await connected();
  const asked = ask(client);
  const visit = await first(visits);
  const line = visit.open();
  const channel = (await asked) as ClientChannel;
  // more than its window, and nobody reads
  line?.output.write(Buffer.alloc(4 * 1024 * 1024));
  visit.close();
  await until(() => visit.gone.aborted);
  expect(line?.output.destroyed).toBe(true);
  let got = 0;
  channel.on('data', (bytes: Buffer) => (got += bytes.length));
  await once(channel, 'close');
  expect(got).toBeLessThan(4 * 1024 * 1024);
  const again = ask(client);
  (await first(visits, 1)).refuse('ours', 'no');
  expect(await again).toMatchObject({ reason: 1 });
});

test('a client that reads slowly, and says so only when it has read its whole window, gets the last byte', async () => {
  const visits = await door({ limits: { farewell: 300 } });
  const asked = ask(await connected());
  const visit = await first(visits);
  const line = visit.open();
  const channel = (await asked) as ClientChannel;
  line?.output.write(Buffer.alloc(7 * 1024 * 1024));
  visit.close();
  let got = 0;
  // a window of 2 MiB takes it a second
  const reading = setInterval(() => {
    const size = Math.min(channel.readableLength, 200 * 1024);
    got += size === 0 ? 0 : ((channel.read(size) as Buffer | null)?.length ?? 0);
  }, 100);
  await until(() => visit.gone.aborted);
  await until(() => channel.readableLength === 0);
  clearInterval(reading);
  expect(got).toBe(7 * 1024 * 1024);
});

test.each([
  ['ours', 1],
  ['target', 2],
] as const)('a refusal of side %s has reason %i and our sentence', async (side, reason) => {
  const visits = await door();
  const asked = ask(await connected());
  (await first(visits)).refuse(side, 'postern: not today');
  const refused = (await asked) as Refused;
  expect([refused.reason, refused.message]).toEqual([reason, expect.stringContaining('postern: not today')]);
  expect(visits[0]?.open()).toBeNull();
});

test('so many at once and no more; one that is over makes room', async () => {
  const visits = await door({ limits: { forwards: 2 } });
  const client = await connected();
  const asked = [ask(client), ask(client)];
  await first(visits, 1);
  expect(await ask(client)).toMatchObject({
    reason: 4,
    message: expect.stringContaining('as many') as string,
  });
  visits[0]?.refuse('ours', 'no');
  await asked[0];
  const again = ask(client);
  (await first(visits, 2)).refuse('ours', 'no');
  expect(await again).toMatchObject({ reason: 1 });
});

test('a reason that came along on a channel is there for what cannot bring one', async () => {
  const visits = await door({ serveDirect: async (visit) => visit.exit(0) });
  const client = await connected();
  await new Promise<void>((resolve) =>
    client.exec('true', { env: { LC_POSTERN_REASON: 'INC 1' } }, (_error, channel) =>
      channel.resume().on('close', () => resolve()),
    ),
  );
  void ask(client);
  expect((await first(visits)).reason).toBe('INC 1');
});

test('a client that is gone is known to be gone, before it is open and after', async () => {
  const visits = await door();
  const client = await connected();
  const asked = [ask(client), ask(client)];
  const [waiting, open] = [await first(visits, 0), await first(visits, 1)];
  open.open();
  await asked[1];
  client.destroy();
  await until(() => waiting.gone.aborted && open.gone.aborted);
  expect(waiting.open()).toBeNull();
  waiting.refuse('ours', 'too late');
  open.close();
});

test.each([
  ['alice@root@web1', 'Sockets of the target are not forwarded, only ports.'],
  ['alice', 'Connect instead: ssh -t alice@TARGETUSER@ADDRESS@BASTION'],
])('a socket of the target is refused %s with what to do instead', async (username, words) => {
  const visits = await door();
  const client = await connected(username);
  const refused = await new Promise<unknown>((resolve) =>
    client.openssh_forwardOutStreamLocal('/run/some.sock', (error, channel) => resolve(error ?? channel)),
  );
  expect(refused).toMatchObject({ reason: 1, message: expect.stringContaining(words) as string });
  expect(visits).toEqual([]);
});

test('who has no target in his user name is told how to connect', async () => {
  const visits = await door();
  expect(await ask(await connected('alice'), 'web1', 22)).toMatchObject({
    reason: 1,
    message: expect.stringContaining('ssh -t alice@TARGETUSER@web1@BASTION') as string,
  });
  expect(visits).toEqual([]);
});

test('after the login is over nothing more is asked for', async () => {
  const visits = await door();
  const client = await connected();
  const asked = ask(client);
  const visit = await first(visits);
  visit.forgotten();
  visit.refuse('ours', 'over');
  await asked;
  expect(await ask(client)).toMatchObject({
    reason: 1,
    message: expect.stringContaining('Connect instead') as string,
  });
  expect(visits).toHaveLength(1);
});
