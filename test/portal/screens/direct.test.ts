/** A connection whose user name says where to go. */
import { describe, expect, test } from 'vitest';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import type { Ending } from '#/domain/session.js';
import type { PortalServices, SessionResult } from '#/portal/services.js';
import { ACCOUNTS, account, alice, session } from '../fake-services.ts';
import { type MountOptions, mount } from '../mount.ts';

const web1 = account('a1', 'root', 'web1.example.com');
const found = { destination: () => Promise.resolve(done({ kind: 'account' as const, account: web1 })) };
const direct = (services: Partial<PortalServices>, more: MountOptions = {}) =>
  mount({ direct: true, services: { ...found, ...services }, ...more });
const ended = (ending: Ending): SessionResult => ({ kind: 'ended', ending });

test.each<readonly [string, SessionResult, number, string | RegExp | null]>([
  ['an exit status', ended({ kind: 'exited', status: 7, signal: null }), 7, null],
  ['a signal', ended({ kind: 'exited', status: 0, signal: 9 }), 255, /root@web1\.example\.com: .*signal 9/],
  ['a reason of ours', ended({ kind: 'terminated', by: 'bob', reason: 'x' }), 255, /terminated by bob: x/],
  ['its owner', ended({ kind: 'owner-ended' }), 255, /you ended the session/],
  ['a terminal that was taken', { kind: 'detached' }, 255, /the session runs on/],
  [
    'a target that refuses',
    { kind: 'failed', failure: failure('TARGET_REFUSED', 'web1:22') },
    255,
    /refuses the connection \(web1:22\)\. \[TARGET_REFUSED, the target's side, stage 5\]/,
  ],
])('goes straight to the account, and ends with %s', async (_what, result, status, words) => {
  const asked: string[] = [];
  const { finished } = direct({
    accounts: () => Promise.resolve(done(ACCOUNTS)),
    connect(row) {
      asked.push(row.id);
      return Promise.resolve(result);
    },
  });
  const end = await finished;
  expect(asked).toEqual(['a1']);
  expect(end.status).toBe(status);
  if (words === null) expect(end.words).toBeNull();
  else expect(end.words).toMatch(words);
});

test('opens the menu with what is near, and why', async () => {
  const why = 'web alone does not say which account.';
  const { terminal } = direct({
    destination: () => Promise.resolve(done({ kind: 'choose', filter: 'web', why })),
  });
  await terminal.screen(why, '2 of 6', 'root@web2');
});

test('shows the menu when nobody can be asked', async () => {
  const { terminal } = direct({
    destination: () => Promise.resolve(failed(failure('VAULT_UNAVAILABLE', 'gone'))),
  });
  await terminal.screen('The vault does not answer (gone).', '[Accounts]');
});

test('Esc while it looks, or connects, ends with 255', async () => {
  const one = direct({ destination: () => new Promise(() => undefined) });
  await one.terminal.sees('Looking for your account');
  one.terminal.press('escape');
  expect((await one.finished).status).toBe(255);
  const two = direct({
    connect: (_account, _size, hooks) =>
      new Promise((resolve) =>
        hooks.signal.addEventListener('abort', () => resolve(ended({ kind: 'owner-ended' }))),
      ),
  });
  await two.terminal.sees('Esc give up');
  two.terminal.press('escape');
  expect((await two.finished).status).toBe(255);
});

describe('a session there that lost its terminal', () => {
  const waiting = [
    session('s1', { state: 'detached', accountId: 'a1', mine: true }),
    session('s2', { state: 'detached', accountId: 'a2', mine: true }),
    session('s3', { state: 'running', accountId: 'a1', mine: true }),
    session('s4', { state: 'detached', accountId: 'a1', mine: false }),
  ];
  const offered = (asked: string[]) =>
    direct({
      sessions: () => Promise.resolve(done(waiting)),
      connect(row) {
        asked.push(`connect ${row.id}`);
        return Promise.resolve(ended({ kind: 'exited', status: 1, signal: null }));
      },
      reattach(id) {
        asked.push(`reattach ${id}`);
        return Promise.resolve(ended({ kind: 'exited', status: 2, signal: null }));
      },
    });

  test.each([
    ['is taken up', ['enter'], ['reattach s1'], 2],
    ['is passed by', ['down', 'enter'], ['connect a1'], 1],
    ['is neither', ['escape'], [], 255],
  ] as const)('%s', async (_what, keys, asked, status) => {
    const said: string[] = [];
    const { terminal, finished } = offered(said);
    const text = await terminal.screen('Welcome back', 'Begin a new session');
    expect(text.match(/Take up/g)).toHaveLength(1);
    terminal.press(...keys);
    expect((await finished).status).toBe(status);
    expect(said).toEqual(asked);
  });
});

test('a new password comes first, and what was changed later leads nowhere again', async () => {
  let connections = 0;
  const { terminal, finished } = direct(
    {
      connect() {
        connections += 1;
        return Promise.resolve(ended({ kind: 'exited', status: 0, signal: null }));
      },
    },
    { loggedIn: { ...alice, mustChange: true } },
  );
  await terminal.sees('Choose a new password before anything else.');
  terminal.type('secret').press('enter');
  terminal.type('a new password').press('enter');
  terminal.type('a new password').press('enter');
  expect((await finished).status).toBe(0);
  expect(connections).toBe(1);
});

test('a changed host key that may be approved is shown; others end with it', async () => {
  const key = { type: 'ssh-ed25519', base64: 'AAAAC3NzaC1lZDI1NTE5AAAAIHx0' };
  const changed: SessionResult = {
    kind: 'failed',
    failure: failure('HOST_KEY_CHANGED', 'web1'),
    offered: key,
  };
  const may = mount({
    direct: true,
    services: {
      destination: () =>
        Promise.resolve(done({ kind: 'account', account: { ...web1, mayPinHostKey: true } })),
      connect: () => Promise.resolve(changed),
    },
  });
  await may.terminal.sees('press a');
  const not = direct({ connect: () => Promise.resolve(changed) });
  expect(await not.finished).toMatchObject({ status: 255 });
});
