/** Places where a target is to listen (ssh -R): what the door makes of them, with ssh2 as the client. */
import { once } from 'node:events';
import ssh2, { type AcceptConnection, type ClientChannel } from 'ssh2';
import { afterEach, expect, test } from 'vitest';
import { done } from '#/domain/outcome.js';
import type { DirectVisit } from '#/door/direct-visit.js';
import type { ListenVisit } from '#/door/listen-visit.js';
import { openRig, type Rig, type RigOptions, somebody, until } from './rig.ts';

let rig: Rig;
const clients: ssh2.Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.end();
  await rig.close();
});

async function door(options: RigOptions = {}): Promise<ListenVisit[]> {
  const visits: ListenVisit[] = [];
  rig = await openRig({
    questions: {
      logIn: async ({ readings }) => done({ ...somebody, reading: readings.indexOf('alice') }),
      reasonNeeded: async () => false,
    },
    serveListen: async (visit) => void visits.push(visit),
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

const ask = (client: ssh2.Client, host: string, port: number): Promise<number | Error> =>
  new Promise((resolve) => client.forwardIn(host, port, (error, given) => resolve(error ?? given ?? port)));
const cancel = (client: ssh2.Client, host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => client.unforwardIn(host, port, (error) => resolve(!error)));

test('the client is answered when it listens, with the port; connections are told it as it asked', async () => {
  const visits = await door();
  const client = await connected();
  let settled = false;
  const asked = ask(client, 'localhost', 0).finally(() => (settled = true));
  await until(() => visits.length === 1);
  expect(visits[0]).toMatchObject({ at: { host: 'localhost', port: 0 }, target: { address: 'web1' } });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(settled).toBe(false);
  visits[0]?.opened(40_123);
  expect(await asked).toBe(40_123);
  const came = once(client, 'tcp connection') as Promise<
    [{ destIP: string; destPort: number; srcIP: string; srcPort: number }, AcceptConnection<ClientChannel>]
  >;
  const opening = visits[0]?.connect({ host: '192.0.2.9', port: 4711 });
  const [about, accept] = await came;
  expect(about).toEqual({ destIP: 'localhost', destPort: 40_123, srcIP: '192.0.2.9', srcPort: 4711 });
  const [channel, back] = [accept(), await opening];
  const got: Buffer[] = [];
  back?.input.on('data', (bytes: Buffer) => got.push(bytes));
  back?.output.write(Buffer.alloc(300_000, 'b'));
  const heard: Buffer[] = [];
  channel.on('data', (bytes: Buffer) => heard.push(bytes));
  back?.eof();
  await once(channel, 'end');
  expect(Buffer.concat(heard).length).toBe(300_000);
  // the other side still speaks, and closes before all of it was taken
  const last = Buffer.alloc(40_000, 'c');
  back?.input.pause();
  channel.end(last);
  await once(channel, 'close');
  expect(back?.gone.aborted).toBe(false);
  back?.input.resume();
  await until(() => back?.gone.aborted === true);
  expect(Buffer.concat(got).equals(last)).toBe(true);
  expect(visits[0]?.gone.aborted).toBe(false);
  expect(await cancel(client, 'localhost', 40_123)).toBe(true);
  expect(visits[0]?.gone.aborted).toBe(true);
});

test('answers come in the order of the questions, and a refusal is one', async () => {
  const visits = await door();
  const client = await connected();
  const order: number[] = [];
  const asked = [8001, 8002].map(async (port) => {
    const answer = await ask(client, 'localhost', port);
    order.push(port);
    return answer;
  });
  await until(() => visits.length === 2);
  visits[1]?.opened(8002);
  visits[0]?.refuse('postern: no');
  expect(await Promise.all(asked)).toEqual([expect.any(Error), 8002]);
  expect(order).toEqual([8001, 8002]);
  expect(await ask(client, 'localhost', 8002)).toBeInstanceOf(Error);
  expect(await cancel(client, 'localhost', 8001)).toBe(false);
  expect(visits).toHaveLength(2);
});

test('what comes after it waits until it is answered, as it would with a server that takes one after the other', async () => {
  const served: string[] = [];
  const visits = await door({
    serveDirect: async (visit) => {
      served.push(visit.channel.kind);
      visit.exit(0);
      await once(visit.gone, 'abort');
    },
    serveForward: async (visit) => {
      served.push(`to ${visit.to.port}`);
      visit.refuse('ours', 'no');
    },
  });
  const client = await connected();
  const forward = (port: number): Promise<unknown> =>
    new Promise((resolve) => client.forwardOut('127.0.0.1', 1, '127.0.0.1', port, resolve));
  const exec = (): Promise<unknown> =>
    new Promise((resolve) =>
      client.exec('true', (_error, channel) => channel.resume().once('close', resolve)),
    );
  const places = [ask(client, 'localhost', 1), ask(client, 'localhost', 2)];
  const later = [exec(), forward(80)];
  await until(() => visits.length === 2);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(served).toEqual([]);
  visits[1]?.opened(2);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(served).toEqual([]);
  visits[0]?.refuse('postern: no');
  await Promise.all([...places, ...later]);
  expect(served.toSorted()).toEqual(['exec', 'to 80']);
  // and what is not waited for any more holds up nobody
  const third = ask(client, 'localhost', 3);
  await until(() => visits.length === 3);
  const held = forward(81);
  visits[2]?.gone.addEventListener('abort', () => visits[2]?.refuse('postern: given up'));
  expect(await cancel(client, 'localhost', 3)).toBe(true);
  expect(await third).toBeInstanceOf(Error);
  await held;
  await Promise.all([exec(), forward(82)]);
  expect(served.toSorted()).toEqual(['exec', 'exec', 'to 80', 'to 81', 'to 82']);
});

test('why goes to the standard error of a command, before it and after', async () => {
  const direct: DirectVisit[] = [];
  const visits = await door({
    serveDirect: async (visit) => {
      direct.push(visit);
      await once(visit.gone, 'abort');
    },
  });
  const client = await connected();
  const first = ask(client, 'localhost', 1);
  await until(() => visits.length === 1);
  visits[0]?.refuse('postern: the first reason');
  await first;
  const channel = await new Promise<ClientChannel>((resolve) =>
    client.exec('true', (_error, stream) => resolve(stream)),
  );
  let said = '';
  channel.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const second = ask(client, 'localhost', 2);
  await until(() => visits.length === 2);
  visits[1]?.refuse('postern: the second reason');
  await second;
  await until(() => said.includes('second reason'));
  expect(said).toBe('postern: the first reason\npostern: the second reason\n');
});

test('at a socket the target does not listen: why, and what to ask for instead', async () => {
  const visits = await door({ serveDirect: (visit) => once(visit.gone, 'abort').then(() => undefined) });
  const client = await connected();
  const asked = new Promise((resolve) =>
    client.openssh_forwardInStreamLocal('/run/some.sock', (error) => resolve(error)),
  );
  expect(await asked).toBeInstanceOf(Error);
  const channel = await new Promise<ClientChannel>((resolve) =>
    client.exec('true', (_error, stream) => resolve(stream)),
  );
  const [said] = (await once(channel.stderr, 'data')) as [Buffer];
  expect(said.toString()).toMatch(/^postern: The target does not listen at a socket.*ssh -R PORT:/);
  expect(visits).toEqual([]);
});

test('so many at once; none without a target, and none when the client is gone', async () => {
  const visits = await door({ limits: { listeners: 2 } });
  const client = await connected();
  const asked = [1, 2, 3].map((port) => ask(client, '', port));
  await until(() => visits.length === 2);
  for (const visit of visits) visit.opened(visit.at.port);
  expect(await Promise.all(asked)).toEqual([1, 2, expect.any(Error)]);
  expect(await ask(await connected('alice'), 'localhost', 4)).toBeInstanceOf(Error);
  expect(visits).toHaveLength(2);
  client.destroy();
  await until(() => visits.every(({ gone }) => gone.aborted));
  expect(await visits[0]?.connect({ host: '192.0.2.9', port: 1 })).toBeNull();
});
