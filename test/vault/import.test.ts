import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readImport } from '#/vault/read-import.js';
import { matching } from '../helpers/loosely.ts';
import {
  type Client,
  client,
  furnish,
  KEY,
  logIn,
  portal,
  type Running,
  sessionHost,
  startVault,
} from './in-process.ts';

const HEADER = 'safe,platform,user,address,port,password,hostKey';

describe('reading a file', () => {
  test.each<[string, string | Buffer, number, string, RegExp]>([
    ['nothing', '', 1, '', /empty/],
    ['a missing column', 'safe,platform,user,port,password\n', 1, 'address', /column address is missing/],
    ['an unknown column', `${HEADER},color\n`, 1, 'color', /not known/],
    ['a column twice', `${HEADER},user\n`, 1, 'user', /there twice/],
    [
      'Latin-1',
      Buffer.concat([
        Buffer.from(`${HEADER}\nLab,UnixSSH,root,a,,x,\nLab,UnixSSH,J`),
        Buffer.from([0xfc]),
        Buffer.from('rgen,a,,x,\n'),
      ]),
      3,
      '',
      /not UTF-8/,
    ],
    ['UTF-16', Buffer.from(`${HEADER}\n`, 'utf16le'), 1, '', /UTF-16/],
    ['an open quote', `${HEADER}\nLab,UnixSSH,"root,a,,x,\n`, 2, '', /[Qq]uote/],
  ])('tells where it is wrong: %s', (_what, file, line, column, words) => {
    const read = readImport(Buffer.from(file as string), [{ name: 'UnixSSH', base: 'UnixSSH' }]);
    if (read.ok) throw new Error('it was read');
    expect(read.problem).toMatchObject({ line, column, message: matching(words) });
  });

  test('takes columns in any order, quotes, a byte order mark, Windows lines and empty ones', () => {
    const read = readImport(
      Buffer.from(
        '\uFEFFpassword,user,address,platform,safe\r\n"a,b""c",root,web1,unixssh,Lab\r\n\r\n"two\r\nlines",x,y,UnixSSH,Lab\r\n',
      ),
      [{ name: 'UnixSSH', base: 'UnixSSH' }],
    );
    expect(read).toMatchObject({
      ok: true,
      lines: [
        { line: 2, password: 'a,b"c', platform: 'UnixSSH', port: null, hostKey: null, problems: [] },
        { password: 'two\r\nlines' },
      ],
    });
  });
});

describe('importing', () => {
  let running: Running;
  let desk: Client;
  beforeEach(async () => {
    running = await startVault();
    desk = client(running, 'admin');
    await furnish(desk);
  });
  afterEach(() => running.stop());
  const take = (lines: readonly string[], dryRun = false) =>
    desk.ask('admin.account.import', { dryRun }, Buffer.from([HEADER, ...lines].join('\n')));
  const addresses = async () =>
    (await desk.ask('admin.account.list', { safe: 'Lab' })).map((one) => one.address).toSorted();

  const good = [
    `Lab,UnixSSH,root,db1.test,2022,pa55,${KEY.type} ${KEY.base64}`,
    'lab,UnixSSH,root,db2.test,,pa55,',
  ];

  test('adds all, with secrets that work and host keys that are pinned', async () => {
    expect(await take(good)).toEqual({ rows: 2, added: 2, problems: [] });
    expect(await addresses()).toEqual(['db1.test', 'db2.test', 'web1.test']);
    const [row] = (await desk.ask('admin.account.list', {})).filter((one) => one.address === 'db1.test');
    expect(row).toMatchObject({ port: 2022, hostKey: { type: 'ssh-ed25519' } });
    const [door, host] = [await portal(running), await sessionHost(running)];
    const ticket = await logIn(door, 'alice', 'alice and a password');
    const { permit, sessionId } = await door.ask('person.connect', {
      ticket,
      accountId: row?.id ?? '',
      columns: 80,
      rows: 24,
      term: 'x',
    });
    await host.ask('session.landed', { permit, sessionId });
    expect((await host.blob('session.redeem', { permit, sessionId }))?.includes('pa55')).toBe(true);
  });

  test('lets others be answered while it takes thousands', async () => {
    const answered: string[] = [];
    const others = client(running, 'admin');
    await others.ask('vault.status', {});
    const lines = Array.from({ length: 500 }, (_, at) => `Lab,UnixSSH,root,many${at}.test,,pa55,`);
    const imported = take(lines).then(() => answered.push('import'));
    const asked = others.ask('vault.status', {}).then(() => answered.push('status'));
    await Promise.all([imported, asked]);
    expect(answered).toEqual(['status', 'import']);
  });

  test('has a row in the audit for each account, and for the host key that it pinned', async () => {
    await take(good);
    const rows = await desk.ask('admin.audit.list', { after: 0, limit: 4, newestFirst: true });
    expect(rows.map(({ action, account, detail }) => [action, account, detail])).toEqual([
      ['accountChanged', null, '2 accounts imported'],
      ['accountChanged', 'root@db2.test', 'added with a password'],
      ['hostKeyChanged', 'root@db1.test', expect.stringMatching(/^pinned SHA256:/)],
      ['accountChanged', 'root@db1.test', 'added with a password'],
    ]);
  });

  test('changes nothing in a dry run', async () => {
    expect(await take(good, true)).toEqual({ rows: 2, added: 0, problems: [] });
    expect(await addresses()).toEqual(['web1.test']);
  });

  test('adds nothing when anything is wrong, and tells everything that is', async () => {
    const report = await take([
      ...good,
      'Nowhere,UnixSSH,root,a.test,,x,',
      'PSM,UnixSSH,root,a.test,,x,',
      'Lab,MySQL,root,b.test,,x,',
      'Lab,UnixSSH,-oProxyCommand=x,c.test,,x,',
      'Lab,UnixSSH,root,d/test,,x,',
      'Lab,UnixSSH,root,e.test,70000,x,',
      'Lab,UnixSSH,root,f.test,http,x,',
      'Lab,UnixSSH,root,g.test,,,',
      'Lab,UnixSSH,root,h.test,,x,ssh-rsa AAAA',
      'Lab,UnixSSH,root,DB2.test,,x,',
      'Lab,UnixSSH,root,web1.test,,x,',
      'Lab,UnixSSH,root',
    ]);
    expect(report.added).toBe(0);
    expect(report.problems.map(({ line, column }) => `${line} ${column}`)).toEqual([
      '4 safe',
      '5 safe',
      '6 platform',
      '7 user',
      '8 address',
      '9 port',
      '10 port',
      '11 password',
      '12 hostKey',
      '13 user',
      '14 user',
      '15 ',
      '15 address',
      '15 password',
    ]);
    expect(report.problems.find((one) => one.line === 13)?.message).toBe('the same account is on line 3');
    expect(report.problems.find((one) => one.line === 14)?.message).toBe(
      'root@web1.test is in safe Lab already',
    );
    expect(await addresses()).toEqual(['web1.test']);
    expect(JSON.stringify(report)).not.toContain('pa55');
  });
});
