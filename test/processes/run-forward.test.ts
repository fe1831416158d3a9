import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DELIMITERS } from '#/domain/destination.js';
import type { ForwardVisit } from '#/door/forward-visit.js';
import { serveForward } from '#/processes/portal/run-forward.js';
import { account, type House, loggedIn, openHouse } from './house.js';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

/** What the session host and the vault were asked for, when a client names this place. */
async function asked(host: string): Promise<readonly unknown[]> {
  const opened = Promise.withResolvers<unknown>();
  await house.host(0, (guest) => {
    opened.resolve('channel' in guest.opening ? guest.opening.channel : null);
    guest.socket.destroy();
  });
  house.answers['person.destination'] = () => ({ value: { kind: 'account', account } });
  const visit: ForwardVisit = {
    login: loggedIn,
    target: { kind: 'account', user: account.user, domain: null, address: account.address, port: null },
    reason: null,
    from: '192.0.2.1',
    user: 'alice@admin60@secappslearning.com',
    to: { host, port: 5432 },
    gone: new AbortController().signal,
    dismissed: new AbortController().signal,
    open: () => ({ input: new PassThrough(), output: new PassThrough() }),
    refuse: () => undefined,
    close: () => undefined,
    forgotten: () => undefined,
  };
  await serveForward(visit, { vault: house.vault, run: house.run, delimiters: DELIMITERS });
  return [await opened.promise, house.asked.find(({ call }) => call === 'person.connect')?.args['forward']];
}

test.each([
  ['DB1.Example.com', 'db1.example.com'],
  ['[2001:DB8:0::1]', '2001:db8::1'],
  ['db1', 'db1'],
])('%s is asked of everybody as the one place that a permit names: %s', async (typed, host) => {
  expect(await asked(typed)).toEqual([
    { kind: 'forward', host, port: 5432 },
    { host, port: 5432 },
  ]);
});
