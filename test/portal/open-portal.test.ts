import { expect, test } from 'vitest';
import { done } from '#/domain/outcome.js';
import type { AccountRow } from '#/portal/services.js';
import { mount } from './mount.ts';

test('a screen that breaks closes this portal alone, tells why, and restores the terminal', async () => {
  const crashes: unknown[] = [];
  const other = mount();
  const { terminal, finished } = mount({
    services: { accounts: () => Promise.resolve(done([null as unknown as AccountRow])) },
    onCrash: (error) => crashes.push(error),
  });
  await finished;
  expect(crashes).toHaveLength(1);
  await terminal.until(() => !terminal.alternate, 'be restored');
  await other.terminal.sees('web1');
  other.terminal.type('web2');
  await other.terminal.sees('1 of 6');
});

test('services that break their promise are told as a failure of ours, and end nothing', async () => {
  const { terminal } = mount({
    services: {
      sessions: () => Promise.reject(new Error('no such socket')),
      connect: () => Promise.reject(new Error('host link broke')),
      favourite: () => {
        throw new Error('not even a promise');
      },
    },
  });
  await terminal.sees('web1');
  terminal.press('ctrl-f');
  await terminal.sees('Something broke on our side (not even a promise)');
  terminal.type('web1\r');
  await terminal.sees('Something broke on our side (host link broke)');
});

test('a client that is gone, or takes nothing more, holds nothing up', async () => {
  const gone = mount();
  await gone.terminal.sees('web1');
  gone.terminal.output.destroy();
  gone.close();
  await gone.finished;

  const stuck = mount();
  await stuck.terminal.sees('web1');
  stuck.terminal.output._write = () => undefined;
  stuck.close();
  let ended = false;
  void stuck.finished.then(() => (ended = true));
  for (let i = 0; i < 100 && !ended; i += 1) {
    stuck.tick();
    await new Promise(setImmediate);
  }
  await stuck.finished;
});

test('two people on one process, each with a terminal of his own', async () => {
  const [one, other] = [mount({ columns: 80 }), mount({ columns: 120, rows: 30 })];
  await one.terminal.sees('web1');
  await other.terminal.sees('Favourite');
  one.terminal.type('db1');
  await one.terminal.sees('> db1_');
  expect(other.terminal.text()).toContain('type to find');
  one.terminal.press('ctrl-q');
  await one.finished;
  other.terminal.type('tok');
  await other.terminal.sees('1 of 6');
});
