import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type Client,
  client,
  furnish,
  logIn,
  portal,
  type Running,
  sessionHost,
  startVault,
} from './in-process.ts';

let running: Running;
let desk: Client;
let accountId: string;
beforeEach(async () => {
  running = await startVault();
  desk = client(running, 'admin');
  accountId = await furnish(desk);
});
afterEach(() => running.stop());

const set = (level: 'system' | 'platform' | 'safe' | 'account', of: string, setting: string, value: string) =>
  desk.ask('admin.policy.set', { level, of, setting, value });
const at = async (level: 'system' | 'platform' | 'safe' | 'account', of: string, name: string) =>
  (await desk.ask('admin.policy.show', { level, of })).settings.find((one) => one.name === name);
const explained = async (name: string) =>
  (await desk.ask('admin.explain', { user: 'alice', account: accountId })).rules.find(
    ({ rule }) => rule === `setting ${name}`,
  );

describe('a setting', () => {
  test('of the account wins over the safe, that over the platform, that over the system; each says where it is from', async () => {
    const now = async () => {
      const row = await explained('idleMinutes');
      return [row?.value, row?.source];
    };
    expect(await now()).toEqual(['10', 'configuration of the bastion']);
    await set('platform', 'unixssh', 'idleminutes', '11');
    expect(await now()).toEqual(['11', 'platform UnixSSH']);
    await set('account', 'root@web1.test', 'idleMinutes', '13');
    await set('safe', 'lab', 'idleMinutes', '12');
    expect(await now()).toEqual(['13', 'account root@web1.test']);
    await desk.ask('admin.policy.unset', { level: 'account', of: accountId, setting: 'idleMinutes' });
    expect(await now()).toEqual(['12', 'safe Lab']);
    await set('system', '', 'reasonRequired', 'yes');
    expect(await explained('reasonRequired')).toMatchObject({ value: 'yes', source: 'policy of the system' });
    expect(await at('platform', 'UnixSSH', 'reasonRequired')).toMatchObject({ value: true, own: false });
    expect(await at('safe', 'Lab', 'reasonRequired')).toBeUndefined();
    expect(await at('safe', 'Lab', 'idleMinutes')).toMatchObject({ value: 12, own: true, shown: '12' });
  });

  test('goes with the session, as it is when the permit is used', async () => {
    await set('safe', 'Lab', 'localForwarding', '127.0.0.1:*, LOCALHOST:8080');
    const door = await portal(running);
    const host = await sessionHost(running);
    const ticket = await logIn(door, 'alice', 'alice and a password');
    const asked = { ticket, accountId, columns: 80, rows: 24, term: 'xterm' };
    const { permit, sessionId } = await door.ask('person.connect', asked);
    await set('account', accountId, 'recordInput', 'yes');
    await host.ask('session.landed', { permit, sessionId });
    const { policy } = await host.ask('session.redeem', { permit, sessionId });
    expect(policy).toMatchObject({
      idleMinutes: 10,
      recordInput: true,
      localForwarding: ['127.0.0.1:*', 'localhost:8080'],
      x11Forwarding: false,
    });
  });

  test('decides about host keys, and never for another account', async () => {
    await set('account', accountId, 'hostKeyPolicy', 'strict');
    expect(await at('account', accountId, 'hostKeyPolicy')).toMatchObject({ value: 'strict', own: true });
    expect(await at('platform', 'UnixSSH', 'hostKeyPolicy')).toMatchObject({ value: 'ask', own: false });
  });

  test.each([
    ['platform', 'UnixSSH', 'tea', 'yes', /"tea" is none of idleMinutes/],
    ['platform', 'UnixSSH', 'fourEyes', 'maybe', /fourEyes takes: yes or no/],
    ['platform', 'UnixSSH', 'x11Forwarding', 'trusted', /x11Forwarding takes: yes or no/],
    ['platform', 'UnixSSH', 'localForwarding', '*', /HOST:PORT/],
    ['system', '', 'idleMinutes', '5', /config\.json/],
    ['platform', 'Windows', 'fourEyes', 'yes', /no platform "Windows" \(there are: UnixSSH\)/],
    ['safe', 'Nowhere', 'fourEyes', 'yes', /Safe Nowhere/],
    ['account', 'root@nowhere', 'fourEyes', 'yes', /Account root@nowhere/],
  ] as const)('is refused: %s %s %s %s', async (level, of, setting, value, why) => {
    expect((await desk.refused('admin.policy.set', { level, of, setting, value })).message).toMatch(why);
  });

  test('that was not set cannot be unset', async () => {
    const unset = { level: 'safe', of: 'Lab', setting: 'fourEyes' } as const;
    expect((await desk.refused('admin.policy.unset', unset)).message).toMatch(/not set for safe Lab/);
  });

  test('is in the audit, with who and where', async () => {
    await set('account', accountId, 'fourEyes', 'yes');
    await desk.ask('admin.policy.unset', { level: 'account', of: accountId, setting: 'fourEyes' });
    const rows = await desk.ask('admin.audit.list', { after: 0, limit: 2, newestFirst: true });
    expect(
      rows.map(({ action, actor, account, safe, detail }) => [action, actor, account, safe, detail]),
    ).toEqual([
      [
        'policyChanged',
        'root@console',
        'root@web1.test',
        'Lab',
        'account root@web1.test: fourEyes is not set any more',
      ],
      ['policyChanged', 'root@console', 'root@web1.test', 'Lab', 'account root@web1.test: fourEyes is yes'],
    ]);
  });

  test('goes with its account', async () => {
    await set('account', accountId, 'fourEyes', 'yes');
    await desk.ask('admin.account.delete', { account: accountId });
    expect(await running.vault.store.transaction(({ policy }) => policy.settings())).toEqual([]);
  });
});

test('a policy that this release does not understand lets nobody connect, until it is unset', async () => {
  await running.vault.store.transaction(({ policy }) =>
    policy.putSetting({ level: 'platform', scope: 'unixssh', name: 'tea', value: 1 }),
  );
  const door = await portal(running);
  await sessionHost(running);
  const ticket = await logIn(door, 'alice', 'alice and a password');
  const asked = { ticket, accountId, columns: 80, rows: 24, term: 'xterm' };
  expect(await door.refused('person.connect', asked)).toMatchObject({ code: 'POLICY_UNREADABLE' });
  expect((await door.ask('person.accounts', { ticket }))[0]).toMatchObject({ usable: false });
  expect((await desk.ask('admin.policy.show', { level: 'platform', of: 'UnixSSH' })).problem).toMatch(
    /sets tea/,
  );
  await desk.ask('admin.policy.unset', { level: 'platform', of: 'UnixSSH', setting: 'tea' });
  await door.ask('person.connect', asked);
});

describe('a reason, where one is required', () => {
  const connect = async (door: Client, ticket: string, reason?: string) => {
    const asked = { ticket, accountId, columns: 80, rows: 24, term: 'xterm' };
    return await door.ask('person.connect', { ...asked, ...(reason === undefined ? {} : { reason }) });
  };
  let door: Client;
  let host: Client;
  let ticket: string;
  beforeEach(async () => {
    await set('safe', 'Lab', 'reasonRequired', 'yes');
    door = await portal(running);
    host = await sessionHost(running);
    ticket = await logIn(door, 'alice', 'alice and a password');
  });

  test.each([undefined, '', ' \t '])('%j is none: nobody connects, and that is audited', async (reason) => {
    const asked = { ticket, accountId, columns: 80, rows: 24, term: 'xterm' };
    const said = await door.refused('person.connect', reason === undefined ? asked : { ...asked, reason });
    expect(said).toMatchObject({ code: 'REASON_NEEDED', stage: 0 });
    expect(said.next).toContain('LC_POSTERN_REASON');
    const [row] = await desk.ask('admin.audit.list', { after: 0, limit: 1, newestFirst: true });
    expect(row).toMatchObject({ action: 'sessionStage', outcome: 'failure', failureCode: 'REASON_NEEDED' });
    expect((await door.ask('person.accounts', { ticket }))[0]).toMatchObject({
      usable: true,
      reasonRequired: true,
    });
  });

  test('is kept with the session and its recording, neutralised and cut, and stands in the audit (300)', async () => {
    const { permit, sessionId } = await connect(
      door,
      ticket,
      `incident\u001b[31m 42\n\u202e${'x'.repeat(300)}`,
    );
    await host.ask('session.landed', { permit, sessionId });
    await host.ask('session.redeem', { permit, sessionId });
    for (const stage of [5, 6, 7, 8])
      await host.ask('session.stage', { sessionId, stage, ok: true, code: null, detail: null });
    const reason = `incident·[31m 42··${'x'.repeat(181)}…`;
    expect((await desk.ask('admin.sessions.list', {}))[0]).toMatchObject({ reason, forward: null });
    const rows = await desk.ask('admin.audit.list', { after: 0, limit: 50, newestFirst: true });
    expect(rows.find(({ code }) => code === 300)?.detail).toBe(`reason: ${reason}`);
    await host.ask('session.ended', { sessionId, ending: { kind: 'owner-ended' } });
  });

  test('that became required between permit and use is not made up for', async () => {
    await set('account', accountId, 'reasonRequired', 'no');
    const { permit, sessionId } = await connect(door, ticket);
    await host.ask('session.landed', { permit, sessionId });
    await desk.ask('admin.policy.unset', { level: 'account', of: accountId, setting: 'reasonRequired' });
    expect(await host.refused('session.redeem', { permit, sessionId })).toMatchObject({
      code: 'PERMIT_REFUSED',
    });
  });
});

describe('a forwarded connection', () => {
  const wanted = (forward: { host: string; port: number }) => ({
    ...{ ticket, accountId, columns: 80, rows: 24, term: 'none' },
    forward,
  });
  let door: Client;
  let host: Client;
  let ticket: string;
  beforeEach(async () => {
    await set('account', accountId, 'localForwarding', '127.0.0.1:8000-8002');
    door = await portal(running);
    host = await sessionHost(running);
    ticket = await logIn(door, 'alice', 'alice and a password');
  });

  test('is bound to its place, which the vault and not the portal tells the session host', async () => {
    const { permit, sessionId } = await door.ask('person.connect', wanted({ host: '127.0.0.1', port: 8001 }));
    await host.ask('session.landed', { permit, sessionId });
    expect(await host.ask('session.redeem', { permit, sessionId })).toMatchObject({
      forward: { host: '127.0.0.1', port: 8001 },
    });
    expect((await desk.ask('admin.sessions.list', {}))[0]).toMatchObject({ forward: '127.0.0.1:8001' });
  });

  test.each([
    ['127.0.0.1', 8003, 'FORWARDING_DENIED'],
    ['localhost', 8001, 'FORWARDING_DENIED'],
    ['-oProxyCommand=x', 8001, 'BAD_INPUT'],
  ])('to %s port %i is refused', async (name, port, code) => {
    expect(await door.refused('person.connect', wanted({ host: name, port }))).toMatchObject({ code });
  });

  test('that is not allowed any more when its permit is used is refused', async () => {
    const { permit, sessionId } = await door.ask('person.connect', wanted({ host: '127.0.0.1', port: 8001 }));
    await host.ask('session.landed', { permit, sessionId });
    await set('account', accountId, 'localForwarding', 'none');
    expect((await host.refused('session.redeem', { permit, sessionId })).message).toContain(
      'localForwarding',
    );
  });
});

test('who sees an account sees what policy says of it in particular', async () => {
  await set('safe', 'Lab', 'localForwarding', '127.0.0.1:*');
  await set('account', accountId, 'reasonRequired', 'yes');
  const door = await portal(running);
  const ticket = await logIn(door, 'alice', 'alice and a password');
  expect((await door.ask('person.accounts', { ticket }))[0]?.policy).toEqual([
    'reasonRequired yes (account root@web1.test)',
    'localForwarding 127.0.0.1:* (safe Lab)',
  ]);
});

describe('a platform', () => {
  const names = async () => (await desk.ask('admin.platform.list', {})).map(({ name }) => name);
  const add = (name: string, like = 'UnixSSH') => desk.ask('admin.platform.add', { name, like });

  test('says what it has of its own', async () => {
    await set('platform', 'UnixSSH', 'fourEyes', 'yes');
    expect(await desk.ask('admin.platform.list', {})).toEqual([
      { name: 'UnixSSH', like: null, defaultPort: 22, accounts: 1, settings: ['fourEyes'] },
    ]);
  });

  test('that is made like another begins with what is set for that, and goes its own way', async () => {
    await set('platform', 'UnixSSH', 'idleMinutes', '11');
    await add('Appliance', 'unixssh');
    await set('platform', 'UnixSSH', 'idleMinutes', '12');
    await set('platform', 'appliance', 'reasonRequired', 'yes');
    await add('Switch', 'APPLIANCE');
    expect(await at('platform', 'Appliance', 'idleMinutes')).toMatchObject({ value: 11, own: true });
    expect(await desk.ask('admin.platform.list', {})).toEqual([
      { name: 'UnixSSH', like: null, defaultPort: 22, accounts: 1, settings: ['idleMinutes'] },
      {
        name: 'Appliance',
        like: 'UnixSSH',
        defaultPort: 22,
        accounts: 0,
        settings: ['idleMinutes', 'reasonRequired'],
      },
      {
        name: 'Switch',
        like: 'UnixSSH',
        defaultPort: 22,
        accounts: 0,
        settings: ['idleMinutes', 'reasonRequired'],
      },
    ]);
  });

  test('counts for its accounts, with its port, as soon as they are of it; their secret stays', async () => {
    await add('Appliance');
    await set('platform', 'Appliance', 'defaultPort', '2222');
    await set('platform', 'Appliance', 'idleMinutes', '5');
    const moved = await desk.ask('admin.account.update', { account: accountId, platform: 'appliance' });
    expect(moved).toMatchObject({ platform: 'Appliance' });
    expect(await explained('idleMinutes')).toMatchObject({ value: '5', source: 'platform Appliance' });
    const secret = await desk.blob('admin.account.retrieve', { account: accountId, reason: 'test' });
    expect(secret?.length).toBeGreaterThan(0);
    const door = await portal(running);
    const ticket = await logIn(door, 'alice', 'alice and a password');
    expect((await door.ask('person.accounts', { ticket }))[0]).toMatchObject({ port: 2222, usable: true });
    expect(await door.ask('person.platforms', { ticket })).toEqual(['UnixSSH', 'Appliance']);
  });

  test('whose port was changed since the permit is not connected to', async () => {
    const door = await portal(running);
    const host = await sessionHost(running);
    const ticket = await logIn(door, 'alice', 'alice and a password');
    const asked = { ticket, accountId, columns: 80, rows: 24, term: 'xterm' };
    const { permit, sessionId } = await door.ask('person.connect', asked);
    await set('platform', 'UnixSSH', 'defaultPort', '2222');
    await host.ask('session.landed', { permit, sessionId });
    expect((await host.refused('session.redeem', { permit, sessionId })).message).toMatch(
      /address .* changed/,
    );
  });

  test('with accounts, or built in, cannot be deleted; else it goes with its settings', async () => {
    await add('Appliance');
    await set('platform', 'Appliance', 'fourEyes', 'yes');
    await desk.ask('admin.account.update', { account: accountId, platform: 'Appliance' });
    const kept = await desk.refused('admin.platform.delete', { name: 'Appliance' });
    expect([kept.code, kept.message]).toEqual(['PLATFORM_KEPT', expect.stringContaining('has an account')]);
    expect(await desk.refused('admin.platform.delete', { name: 'UnixSSH' })).toMatchObject({
      message: expect.stringMatching(/built in/) as string,
      next: expect.stringContaining('nobody may') as string,
    });
    await desk.ask('admin.account.update', { account: accountId, platform: 'UnixSSH' });
    await desk.ask('admin.platform.delete', { name: 'appliance' });
    expect(await names()).toEqual(['UnixSSH']);
    await add('Appliance');
    expect(await at('platform', 'Appliance', 'fourEyes')).toMatchObject({ own: false });
  });

  test.each([
    ['Appliance', 'Windows', 'PLATFORM_UNKNOWN', /There is no platform "Windows" \(there are: UnixSSH\)/],
    ['unixssh', 'UnixSSH', 'ALREADY_EXISTS', /Platform UnixSSH/],
    ['LDAP', 'UnixSSH', 'BAD_INPUT', /bind users/],
    ['two words', 'UnixSSH', 'BAD_INPUT', /letters, digits/],
    ['-x', 'UnixSSH', 'BAD_INPUT', /begins with/],
    ['x'.repeat(65), 'UnixSSH', 'BAD_INPUT', /longer than 64/],
  ] as const)('is not made: %s like %s', async (name, like, code, words) => {
    const refused = await desk.refused('admin.platform.add', { name, like });
    expect([refused.code, refused.message]).toEqual([code, expect.stringMatching(words)]);
    expect(await names()).toEqual(['UnixSSH']);
  });

  test('is audited when it is made and when it is deleted', async () => {
    await add('Appliance');
    await desk.ask('admin.platform.delete', { name: 'Appliance' });
    const rows = await desk.ask('admin.audit.list', { after: 0, limit: 2, newestFirst: true });
    expect(rows.map(({ action, actor, detail }) => [action, actor, detail])).toEqual([
      ['policyChanged', 'root@console', 'platform Appliance: deleted, with its settings'],
      ['policyChanged', 'root@console', 'platform Appliance: added like UnixSSH'],
    ]);
  });
});
