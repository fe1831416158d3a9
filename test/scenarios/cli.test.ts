import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, type Postern, startPostern } from '../helpers/postern.ts';
import type { Screen } from '../helpers/ssh-screen.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import { ACCOUNTS, addPerson, connectTo, keyOf, login, prepare, SAFE } from '../helpers/walk.ts';

interface Refused {
  readonly status: number;
  readonly failure: {
    readonly code: string;
    readonly side: string;
    readonly stage: number | null;
    readonly message: string;
    readonly next: string;
  };
}
interface Recording {
  readonly id: string;
  readonly outcome: string;
  readonly stored: string;
}

const ROOT = join(import.meta.dirname, '../..');
const NODE = join(ROOT, 'node_modules/node/bin/node');
const FAILURE = ['code', 'message', 'next', 'side', 'stage'];

let postern: Postern;
let target: Target;
let folder: string;
let accountId: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'postern-cli-'));
  chmodSync(folder, 0o755);
  [postern, target] = await Promise.all([startPostern(), startTarget()]);
  ({ accountId } = await prepare(postern, target, { user: 'admin64' }));
});
afterAll(async () => {
  await postern?.remove();
  await target?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs what must be refused, with --json: nothing on stdout, one failure on stderr. */
async function refused(args: readonly string[], input: string | Buffer = ''): Promise<Refused> {
  const { status, stdout, stderr } = await postern.cli([...args, '--json'], input);
  expect(stdout).toBe('');
  expect(stderr.trim().split('\n')).toHaveLength(1);
  const failure = JSON.parse(stderr) as Refused['failure'];
  expect(Object.keys(failure).toSorted()).toEqual(FAILURE);
  return { status, failure };
}

async function said(args: readonly string[], input?: string): Promise<string> {
  const { status, stdout, stderr } = await postern.cli(args, input);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

const fieldsOf = (row: object | undefined): string[] => Object.keys(row ?? {}).toSorted();

const COMMANDS = [
  'init',
  'user add',
  'user list',
  'user disable',
  'user enable',
  'user unlock',
  'user passwd',
  'user key add',
  'user key remove',
  'group add',
  'group list',
  'group delete',
  'group member add',
  'group member remove',
  'safe add',
  'safe rename',
  'safe delete',
  'safe list',
  'safe member add',
  'safe member list',
  'safe member remove',
  'account add',
  'account list',
  'account show',
  'account update',
  'account retrieve',
  'account delete',
  'account import',
  'sessions list',
  'sessions suspend',
  'sessions resume',
  'sessions message',
  'sessions terminate',
  'recordings list',
  'recordings show',
  'recordings play',
  'recordings export',
  'recordings verify',
  'recordings public-key',
  'recordings hold',
  'recordings release',
  'recordings delete',
  'metrics',
  'web',
  'shadow list',
  'shadow reset',
  'shadow delete',
  'audit list',
  'audit export',
  'audit verify',
  'explain',
  'doctor',
  'unseal',
];

test('every command has help that names its options, and a word that is no command is refused', {
  timeout: 90_000,
}, async () => {
  const told = await Promise.all(
    COMMANDS.map(async (command) => await said([...command.split(' '), '--help'])),
  );
  for (const [i, help] of told.entries()) {
    expect(help).toContain(`Usage: postern ${COMMANDS[i] ?? ''}`);
    expect(help).toContain('--json');
    expect(help).toContain('--home');
    // a first line of usage, then what it is for
    expect(help.split('\n')[2]).toMatch(/^[a-z].{8,}/);
  }
  const top = await said(['--help']);
  expect(top).toContain('Exit codes: 0 done, 1 failed, 2 usage or bad input, 3 denied, 4 not found');
  for (const command of COMMANDS) expect(top).toContain(`\n  ${command.split(' ')[0] ?? ''}`);
});

describe('what is refused, with the exit code that the manual names', () => {
  const add = (...more: string[]): string[] => [
    ...['account', 'add', '--safe', SAFE, '--address', 'a.test', '--user', 'root'],
    ...more,
  ];
  // each is a process of its own, and none changes anything
  test.concurrent.each<[string, readonly string[], string, string, number]>([
    ['no command', [], '', 'BAD_INPUT', 2],
    ['a group of commands alone', ['user'], '', 'BAD_INPUT', 2],
    ['an unknown command', ['usr'], '', 'BAD_INPUT', 2],
    ['an unknown option', ['user', 'list', '--all'], '', 'BAD_INPUT', 2],
    ['a missing name', ['user', 'add'], '', 'BAD_INPUT', 2],
    ['a user without a password', ['user', 'add', 'gus'], 'x', 'BAD_INPUT', 2],
    ['an empty password', ['user', 'add', 'gus', '--password-stdin'], '', 'BAD_INPUT', 2],
    ['a password of two lines', ['user', 'add', 'gus', '--password-stdin'], 'a\nb\n', 'PASSWORD_TOO_WEAK', 2],
    [
      'a password in the arguments',
      ['user', 'add', 'gus', '--password-stdin', '--password', 'x'],
      'x',
      'BAD_INPUT',
      2,
    ],
    [
      'a time that is none',
      ['user', 'add', 'gus', '--password-stdin', '--expires', 'soon'],
      'x',
      'BAD_INPUT',
      2,
    ],
    [
      'hours that are none',
      ['user', 'add', 'gus', '--password-stdin', '--logon-hours', 'always'],
      'x',
      'BAD_INPUT',
      2,
    ],
    [
      'a right that is none',
      ['user', 'add', 'gus', '--password-stdin', '--right', 'root'],
      'x',
      'BAD_INPUT',
      2,
    ],
    ['an unknown group', ['user', 'add', 'gus', '--password-stdin', '--group', 'nix'], 'x', 'NOT_FOUND', 4],
    ['a user who is there', ['user', 'add', 'ALICE', '--password-stdin'], 'x', 'ALREADY_EXISTS', 1],
    ['an unknown user', ['user', 'disable', 'nobody-here'], '', 'NOT_FOUND', 4],
    [
      'a key file that is not there',
      ['user', 'key', 'add', 'alice', '--file', '/no/key'],
      '',
      'BAD_INPUT',
      2,
    ],
    ['a key that is none', ['user', 'key', 'add', 'alice', '--file', '/etc/passwd'], '', 'BAD_INPUT', 2],
    ['a built-in group', ['group', 'delete', 'Auditors'], '', 'DENIED', 3],
    ['a safe that is there', ['safe', 'add', SAFE], '', 'ALREADY_EXISTS', 1],
    ['no permissions', ['safe', 'member', 'add', SAFE, 'alice'], '', 'BAD_INPUT', 2],
    ['an unknown preset', ['safe', 'member', 'add', SAFE, 'alice', '--preset', 'All'], '', 'BAD_INPUT', 2],
    [
      'an unknown permission',
      ['safe', 'member', 'add', SAFE, 'alice', '--permissions', 'useAccounts,fly'],
      '',
      'BAD_INPUT',
      2,
    ],
    ['members of no safe', ['safe', 'member', 'list', 'nix'], '', 'NOT_FOUND', 4],
    ['no secret', add(), '', 'BAD_INPUT', 2],
    ['two secrets', add('--password-stdin', '--key-file', '/etc/passwd'), 'x', 'BAD_INPUT', 2],
    ['a secret in the arguments', add('--password', 'x'), '', 'BAD_INPUT', 2],
    ['a port that is none', add('--password-stdin', '--port', '65536'), 'x', 'BAD_INPUT', 2],
    ['a platform that is none', add('--password-stdin', '--platform', 'VMS'), 'x', 'PLATFORM_UNKNOWN', 4],
    [
      'a host key that is none',
      add('--password-stdin', '--host-key', 'ssh-ed25519 AAAA'),
      'x',
      'BAD_INPUT',
      2,
    ],
    ['a private key that is none', add('--key-file', '/etc/passwd'), '', 'BAD_INPUT', 2],
    [
      'a built-in safe',
      ['account', 'add', '--safe', 'PSM', '--address', 'a.test', '--user', 'r', '--password-stdin'],
      'x',
      'DENIED',
      3,
    ],
    ['an unknown account', ['account', 'show', 'root@nowhere.test'], '', 'NOT_FOUND', 4],
    ['an unknown session', ['sessions', 'terminate', 'nix', '--reason', 'x'], '', 'NOT_FOUND', 4],
    ['an end without a reason', ['sessions', 'terminate', 'nix'], '', 'BAD_INPUT', 2],
    ['an unknown recording', ['recordings', 'verify', 'nix'], '', 'NOT_FOUND', 4],
    [
      'a format that is none',
      ['recordings', 'export', 'x', '--format', 'gif', '--output', '-'],
      '',
      'BAD_INPUT',
      2,
    ],
    ['a person without a shadow', ['shadow', 'reset', 'Auditor'], '', 'NOT_FOUND', 4],
    ['too many rows', ['audit', 'list', '--limit', '10001'], '', 'BAD_INPUT', 2],
  ])('%s', async (_what, args, input, code, status) => {
    const answer = await refused(args, input);
    expect(answer).toMatchObject({ status, failure: { code, side: 'ours' } });
    expect(answer.failure.message).toMatch(/^[A-Z][^\n]+/);
    expect(answer.failure.next).toMatch(/^[A-Z][^\n]+/);
  });

  test('in words: what, code, side, and what to do next', async () => {
    const { status, stdout, stderr } = await postern.cli(['user', 'disable', 'nobody-here']);
    expect({ status, stdout }).toEqual({ status: 4, stdout: '' });
    expect(stderr).toMatch(/^postern: User nobody-here .*\[NOT_FOUND, ours\]\n {2}next: .+\n$/);
  });

  test('output that cannot be written, wherever it goes; who only stops reading is no error', async () => {
    const shell = (line: string) =>
      spawnSync('sh', ['-c', `postern() { ${NODE} ${join(ROOT, 'bin/postern')} "$@"; }; ${line}`], {
        env: { PATH: process.env['PATH'], POSTERN_HOME: postern.home },
        encoding: 'utf8',
      });
    for (const line of [
      'user list > /dev/full',
      'audit export > /dev/full',
      'audit export --output /dev/full',
    ])
      expect(shell(`postern ${line}`), line).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('OUTPUT_NOT_WRITTEN') as string,
      });
    expect(shell('{ postern audit export; echo $? >&2; } | head -c 1')).toMatchObject({
      stdout: '{',
      stderr: '0\n',
    });
    // a device is not replaced by a file
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(await refused(['metrics', '--output', pipe])).toMatchObject({ status: 2 });
    expect(statSync(pipe).isFIFO()).toBe(true);
  });

  test('a home that no daemon serves', async () => {
    const { status, failure } = await refused(['user', 'list', '--home', join(folder, 'nothing')]);
    expect({ status, code: failure.code }).toEqual({ status: 5, code: 'DAEMON_NOT_RUNNING' });
    expect(failure.next).toContain('npm start');
  });

  test('somebody who is not root', () => {
    const result = spawnSync(
      'setpriv',
      [
        '--reuid',
        '65534',
        '--regid',
        '65534',
        '--clear-groups',
        NODE,
        join(ROOT, 'bin/postern'),
        'user',
        'list',
        '--json',
      ],
      { env: { PATH: process.env['PATH'], POSTERN_HOME: postern.home }, encoding: 'utf8' },
    );
    expect(result).toMatchObject({ status: 3, stdout: '' });
    const failure = JSON.parse(result.stderr) as Refused['failure'];
    expect(failure.code).toBe('DENIED');
    expect(failure.next).toContain('root');
  });
});

test('users, groups, safes and members, in words and as JSON', { timeout: 90_000 }, async () => {
  expect(await said(['group', 'add', 'Night shift'])).toMatch(/^\S+\n$/);
  const id = await said(
    ['user', 'add', 'nina', '--password-stdin', '--group', 'Night shift'],
    'secret-of-nina\n',
  );
  expect(id).toMatch(/^\S+\n$/);
  const users = await postern.json<{ id: string; name: string }[]>(['user', 'list']);
  const nina = users.find((one) => one.name === 'nina');
  expect(nina).toEqual({
    id: id.trim(),
    name: 'nina',
    directory: null,
    groups: ['Night shift'],
    rights: [],
    ownRights: [],
    disabled: false,
    expiresAt: null,
    logonHours: null,
    mustChangePassword: false,
    lockedUntil: null,
    hasPassword: true,
    publicKeys: [],
    secondFactor: { policy: 'optional', enrolled: false, recoveryLeft: 0 },
  });
  expect(await said(['user', 'list'])).toMatch(
    /^NAME +FROM +GROUPS +DISABLED[^]*\nnina +vault +Night shift +no +yes +0 +no \(optional\) +-\n/,
  );

  expect(await said(['user', 'disable', 'nina'])).toBe('nina is disabled\n');
  expect(await postern.json(['user', 'enable', 'nina'])).toMatchObject({ name: 'nina', disabled: false });
  expect(
    await said(['user', 'passwd', 'nina', '--password-stdin', '--must-change'], 'another one\n'),
  ).toContain('nina is set');
  expect(await postern.json(['user', 'unlock', 'nina'])).toMatchObject({ mustChangePassword: true });

  expect(await postern.json(['group', 'member', 'remove', 'Night shift', 'nina'])).toEqual({
    group: 'Night shift',
    user: 'nina',
    present: false,
  });
  await said(['group', 'member', 'add', 'Night shift', 'nina']);
  const groups = await postern.json<{ name: string; members: string[] }[]>(['group', 'list']);
  expect(groups.find((one) => one.name === 'Night shift')?.members).toEqual(['nina']);
  expect(fieldsOf(groups[0])).toEqual(['builtIn', 'id', 'members', 'name', 'rights', 'secondFactor']);

  expect(await said(['safe', 'add', 'Night'])).toMatch(/^\S+\n$/);
  const member = await postern.json([
    'safe',
    'member',
    'add',
    'Night',
    'Night shift',
    '--permissions',
    'listAccounts, useAccounts',
    '--expires',
    '2099-01-31T12:00:00Z',
  ]);
  expect(member).toMatchObject({
    safe: 'Night',
    member: 'Night shift',
    kind: 'group',
    expiresAt: '2099-01-31T12:00:00.000Z',
  });
  expect(new Set((member as { permissions: string[] }).permissions)).toEqual(
    new Set(['listAccounts', 'useAccounts']),
  );
  expect(await said(['safe', 'member', 'list', 'Night'])).toContain('2099-01-31T12:00:00.000Z');
  await said(['safe', 'member', 'remove', 'Night', 'Night shift']);
  const members = await postern.json<{ member: string }[]>(['safe', 'member', 'list', 'Night']);
  expect(members.map((one) => one.member)).not.toContain('Night shift');
  expect(fieldsOf(members[0])).toEqual(['expiresAt', 'kind', 'member', 'permissions', 'preset', 'safe']);
  expect(await said(['safe', 'list'])).toMatch(/\nNight +no +0 +/);
  const safes = await postern.json<object[]>(['safe', 'list']);
  expect(fieldsOf(safes[0])).toEqual(['accounts', 'builtIn', 'id', 'members', 'name']);
  expect(await said(['group', 'delete', 'Night shift'])).toContain('is deleted');
});

test('a new user comes in at once; with --must-change he chooses a password first', {
  timeout: 60_000,
}, async () => {
  await addPerson(postern, 'at-once');
  const screen = await login(postern, 'at-once');
  screen.press('ctrl-q');
  await screen.exited;
  await addPerson(postern, 'chooser', ['--must-change']);
  const [chooser] = (
    await postern.json<{ name: string; mustChangePassword: boolean }[]>(['user', 'list'])
  ).filter((one) => one.name === 'chooser');
  expect(chooser?.mustChangePassword).toBe(true);
});

test('a platform: made like another, given a port, used, kept while it is, deleted', {
  timeout: 60_000,
}, async () => {
  expect((await postern.cli(['platform', 'add', 'Appliance', '--like', 'UnixSSH'])).stdout).toBe(
    'platform Appliance is like UnixSSH\n',
  );
  expect((await postern.cli(['platform', 'set', 'Appliance', 'defaultPort', '2222'])).stdout).toBe(
    'defaultPort is 2222 (platform Appliance)\n',
  );
  const flags = ['--address', 'sw1.test', '--user', 'admin', '--platform', 'appliance', '--password-stdin'];
  const added = await postern.json<{ platform: string; id: string }>(
    ['account', 'add', '--safe', SAFE, ...flags],
    'secret',
  );
  expect(added).toMatchObject({ platform: 'Appliance', port: null });
  const list = (await postern.cli(['platform', 'list'])).stdout;
  expect(list).toMatch(/^UnixSSH +- +22 +\d+/m);
  expect(list).toMatch(/^Appliance +UnixSSH +2222 +1 +defaultPort$/m);
  const kept = await postern.cli(['platform', 'delete', 'Appliance']);
  expect([kept.status, kept.stderr]).toEqual([1, expect.stringContaining('Move its accounts first')]);
  await postern.json(['account', 'update', added.id, '--platform', 'UnixSSH']);
  expect((await postern.cli(['platform', 'delete', 'appliance'])).stdout).toBe(
    'platform appliance is deleted\n',
  );
  const gone = await postern.cli(['platform', 'show', 'Appliance']);
  expect([gone.status, gone.stderr]).toEqual([4, expect.stringContaining('there are: UnixSSH')]);
  await postern.cli(['account', 'delete', added.id]);
});

test('keys of people: added from a file, listed by fingerprint, removed', async () => {
  const file = await keyOf(postern, 'alice');
  const print = execFileSync('ssh-keygen', ['-lf', `${file}.pub`], { encoding: 'utf8' }).split(' ')[1] ?? '';
  const keys = async (): Promise<string[]> =>
    (await postern.json<{ name: string; publicKeys: { fingerprint: string }[] }[]>(['user', 'list']))
      .filter((one) => one.name === 'alice')
      .flatMap((one) => one.publicKeys.map((key) => key.fingerprint));
  expect(await keys()).toContain(print);
  await said(['user', 'key', 'remove', 'alice', print]);
  expect(await keys()).not.toContain(print);
  expect(await refused(['user', 'key', 'remove', 'alice', print])).toMatchObject({ status: 4 });
});

test('an account: added, shown, changed, disabled, deleted; its secret is never shown', {
  timeout: 60_000,
}, async () => {
  const fields = [
    ...['account', 'accountId', 'address', 'disabledWhy', 'hostKey', 'id', 'platform', 'port'],
    ...['safe', 'secretKind', 'secretVersion', 'user'],
  ];
  const id = (
    await said(
      ['account', 'add', '--safe', SAFE, '--address', 'db1.test', '--user', 'root', '--password-stdin'],
      'canary-of-db1\r\n',
    )
  ).trim();
  const rows = await postern.json<{ id: string }[]>(['account', 'list', '--safe', SAFE]);
  expect(rows.map((one) => one.id).toSorted()).toEqual([accountId, id].toSorted());
  expect(fieldsOf(rows[0])).toEqual(fields);
  expect(await postern.json(['account', 'show', 'root@db1.test'])).toMatchObject({
    id,
    accountId: id,
    account: 'root@db1.test',
    safe: SAFE,
    platform: 'UnixSSH',
    secretKind: 'password',
    secretVersion: 1,
    hostKey: null,
  });
  const changed = await postern.json(
    [
      'account',
      'update',
      id,
      '--port',
      '2200',
      '--password-stdin',
      '--host-key',
      target.hostKey,
      '--disable',
      'being rebuilt',
    ],
    'canary-of-db1, the second',
  );
  expect(changed).toMatchObject({ port: 2200, secretVersion: 2, disabledWhy: 'being rebuilt' });
  const shown = await said(['account', 'show', id]);
  expect(shown).toContain('disabledWhy: being rebuilt');
  expect(shown).toMatch(/hostKey: ssh-ed25519 SHA256:/);
  expect(JSON.stringify(changed) + shown + (await said(['account', 'list']))).not.toContain('canary');
  expect(await postern.json(['account', 'update', id, '--enable', '--forget-host-key'])).toMatchObject({
    disabledWhy: null,
    hostKey: null,
  });
  await said(['account', 'delete', id]);
  expect(await refused(['account', 'show', id])).toMatchObject({ status: 4 });
});

describe('accounts from a CSV file', () => {
  const HEADER = 'safe,platform,user,address,port,password,hostKey';
  const good = (host: string): string => `${SAFE},UnixSSH,root,${host},2022,canary-of-${host},`;
  const count = async (): Promise<number> => (await postern.json<object[]>(['account', 'list'])).length;
  const file = (...lines: readonly string[]): string => {
    const path = join(folder, 'accounts.csv');
    writeFileSync(path, `${lines.join('\n')}\n`);
    return path;
  };

  test.each<[string, () => string | Buffer, RegExp]>([
    [
      'a missing column',
      () => `safe,platform,user,address\n${SAFE},UnixSSH,root,i1.test\n`,
      /^1: password: column password is missing/,
    ],
    ['a column that is not known', () => `${HEADER},notes\n`, /^1: notes: /],
    [
      'a duplicate in the file',
      () => [HEADER, good('i1.test'), good('i1.test'), ''].join('\n'),
      /^3: user: the same account is on line 2/,
    ],
    [
      'a duplicate in the vault',
      () => [HEADER, good('i1.test'), `${SAFE},UnixSSH,admin64,127.0.0.1,${target.port},x,`].join('\n'),
      /^3: user: .* already/,
    ],
    [
      'Latin-1',
      () =>
        Buffer.from(
          [HEADER, good('i1.test'), `${SAFE},UnixSSH,m\u00fcller,i2.test,,x,`].join('\n'),
          'latin1',
        ),
      /^3: : .*UTF-8/,
    ],
    ['UTF-16', () => Buffer.from(`\uFEFF${HEADER}\n${good('i1.test')}\n`, 'utf16le'), /^1: : .*UTF-8/],
    [
      'a bad port',
      () => [HEADER, good('i1.test'), good('i2.test').replace('2022', '0')].join('\n'),
      /^3: port: /,
    ],
    [
      'an unknown safe',
      () => [HEADER, good('i1.test'), good('i2.test').replace(SAFE, 'Nix')].join('\n'),
      /^3: safe: there is no safe Nix/,
    ],
    [
      'a row that is too short',
      () => [HEADER, good('i1.test'), `${SAFE},UnixSSH`].join('\n'),
      /^3: : 2 fields where the header has 7/,
    ],
    ['an unclosed quote', () => [HEADER, good('i1.test'), `"${SAFE},UnixSSH`].join('\n'), /^\d: : /],
    [
      'a safe named to steer a terminal',
      () => [HEADER, good('i1.test').replace(SAFE, '\x1b[2J\u009b31m')].join('\n'),
      /^2: safe: there is no safe ·\[2J·31m/,
    ],
    ['nothing', () => '', /^1: : the file is empty/],
  ])('%s: its line is named, and nothing is added', async (_what, content, expected) => {
    const before = await count();
    const path = join(folder, 'bad.csv');
    writeFileSync(path, content());
    const { status, stdout, stderr } = await postern.cli(['account', 'import', path]);
    expect(status).toBe(2);
    expect(stdout).toContain('nothing was added');
    const [first = ''] = stderr.split('\n');
    expect(first.startsWith(`${path}:`)).toBe(true);
    expect(first.slice(path.length + 1)).toMatch(expected);
    expect(stderr + stdout).not.toContain('canary-of');
    expect(stderr.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(await count()).toBe(before);
  });

  test('a dry run changes nothing; then all are added, once', async () => {
    const before = await count();
    const path = file(HEADER, good('i1.test'), good('i2.test'));
    expect(await postern.json(['account', 'import', path, '--dry-run'])).toEqual({
      rows: 2,
      added: 0,
      problems: [],
    });
    expect(await count()).toBe(before);
    expect(await said(['account', 'import', path])).toBe('2 account(s) added\n');
    expect(await count()).toBe(before + 2);
    const again = await postern.cli(['account', 'import', path, '--json']);
    expect(again.status).toBe(2);
    expect(JSON.parse(again.stdout)).toMatchObject({
      rows: 2,
      added: 0,
      problems: [
        { line: 2, column: 'user' },
        { line: 3, column: 'user' },
      ],
    });
    expect(await refused(['account', 'import', join(folder, 'missing.csv')])).toMatchObject({ status: 2 });
  });
});

describe('a session, as scripts see it', () => {
  let screen: Screen;
  let sessionId: string;
  const recordings = async (): Promise<Recording[]> => await postern.json(['recordings', 'list']);

  test('sessions list: exactly the documented fields', { timeout: 60_000 }, async () => {
    expect(await said(['sessions', 'list'])).toBe('no live sessions\n');
    screen = await login(postern, 'alice', { identity: await keyOf(postern, 'alice') });
    await connectTo(screen, 'admin64');
    const row = await eventually('the session to run', async () =>
      (
        await postern.json<{ id: string; state: string; recordedBytes: number | null }[]>([
          'sessions',
          'list',
        ])
      ).find((one) => one.state === 'running' && one.recordedBytes !== null),
    );
    sessionId = row.id;
    expect(row).toEqual({
      id: sessionId,
      user: 'alice',
      account: 'admin64@127.0.0.1',
      accountId,
      safe: SAFE,
      from: '127.0.0.1',
      startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as unknown,
      lastKeyAt: null,
      recordedBytes: expect.any(Number) as unknown,
      lastActivity: null,
      isolation: 3,
      state: 'running',
      suspendedBy: null,
      controlledBy: null,
      company: null,
      watchers: [],
      reason: null,
      forward: null,
    });
    expect(await said(['sessions', 'list'])).toContain(sessionId);
    expect(await said(['sessions', 'suspend', sessionId, '--reason', 'a look'])).toBe(
      `${sessionId} is suspended\n`,
    );
    expect(await said(['sessions', 'resume', sessionId])).toBe(`${sessionId} goes on\n`);
    expect(await refused(['sessions', 'message', 'nix', 'hello'])).toMatchObject({
      status: 4,
      failure: { code: 'NOT_FOUND' },
    });
  });

  test('sessions terminate: the owner reads the reason, and it is in the books', {
    timeout: 60_000,
  }, async () => {
    expect(await said(['sessions', 'terminate', sessionId, '--reason', 'maintenance at noon'])).toBe(
      `${sessionId} is terminated\n`,
    );
    await screen.sees('maintenance at noon');
    expect(screen.text()).toContain('root@console');
    await screen.sees(ACCOUNTS);
    screen.press('ctrl-q');
    await screen.exited;
    const row = await eventually('the recording to be stored', async () =>
      (await recordings()).find((one) => one.id === sessionId && one.stored === 'safe'),
    );
    expect(row.outcome).toBe('terminated');
    expect(await postern.json(['sessions', 'list'])).toEqual([]);
    expect(await refused(['sessions', 'terminate', sessionId, '--reason', 'again'])).toMatchObject({
      status: 4,
      failure: { code: 'SESSION_GONE', stage: 8 },
    });
    const audit = await postern.json<{ action: string; detail: string | null }[]>(['audit', 'list']);
    expect(audit.find((one) => one.action === 'sessionTerminated')?.detail).toContain('maintenance at noon');
  });

  test('recordings: list, show, export in four formats, verify', { timeout: 60_000 }, async () => {
    const [row] = await postern.json<(Recording & { startedAt: string; endedAt: string })[]>([
      'recordings',
      'list',
    ]);
    expect(row).toMatchObject({
      id: sessionId,
      user: 'alice',
      account: 'admin64@127.0.0.1',
      accountId,
      safe: SAFE,
      outcome: 'terminated',
    });
    for (const time of [row?.startedAt, row?.endedAt]) expect(time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(fieldsOf(row)).toEqual([
      ...['account', 'accountId', 'bytes', 'commands', 'complete', 'deletion', 'endedAt', 'endingText'],
      ...['forward', 'from', 'hold', 'id', 'isolation', 'outcome', 'reason', 'recordingSafe', 'safe'],
      ...['startedAt', 'stored', 'transfers', 'user'],
    ]);
    expect(await said(['recordings', 'list'])).toContain('terminated');
    expect(await said(['recordings', 'show', sessionId])).toContain('maintenance at noon');
    const { heads } = await postern.json<{ heads: { final: boolean }[] }>(['recordings', 'show', sessionId]);
    expect(heads.at(-1)?.final).toBe(true);
    for (const [format, begins] of [
      ['v2', /^\{"version": ?2/],
      ['v3', /^\{"version": ?3/],
      ['txt', /Your session is being recorded/],
      ['html', /^<!doctype html>/i],
    ] as const) {
      const out = join(folder, `out.${format}`);
      const told = await postern.json<{ bytes: number }>([
        'recordings',
        'export',
        sessionId,
        '--format',
        format,
        '--output',
        out,
      ]);
      expect(readFileSync(out, 'utf8')).toMatch(begins);
      expect(statSync(out).size).toBe(told.bytes);
      expect(statSync(out).mode & 0o077).toBe(0);
      expect(await said(['recordings', 'export', sessionId, '--format', format, '--output', '-'])).toBe(
        readFileSync(out, 'utf8'),
      );
    }
    expect(
      await refused([
        'recordings',
        'export',
        sessionId,
        '--format',
        'v2',
        '--output',
        join(folder, 'no/such/place'),
      ]),
    ).toMatchObject({ status: 1, failure: { code: 'OUTPUT_NOT_WRITTEN' } });
    expect(await said(['recordings', 'verify', sessionId])).toMatch(new RegExp(`^${sessionId} {2}intact: `));
    const all = await postern.json<{ id: string; kind: string }[]>(['recordings', 'verify']);
    expect(all.map((one) => [one.id, one.kind])).toEqual([[sessionId, 'intact']]);
    // who has the public key needs no daemon to verify a bundle
    const [bundle, key] = [join(folder, 'out.bundle'), join(folder, 'vault.pem')];
    writeFileSync(key, await said(['recordings', 'public-key']));
    await said(['recordings', 'export', sessionId, '--format', 'bundle', '--output', bundle]);
    const offline = ['recordings', 'verify', '--bundle', bundle, '--public-key', key, '--home', '/nowhere'];
    expect(await postern.json(offline)).toMatchObject({
      kind: 'intact',
      recording: { id: sessionId, user: 'alice', account: 'admin64@127.0.0.1' },
    });
    const bytes = readFileSync(bundle);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    writeFileSync(bundle, bytes);
    expect(await postern.cli(offline)).toMatchObject({ status: 6 });
    // replaying needs a terminal, and says what scripts do
    expect((await refused(['recordings', 'play', sessionId])).failure.message).toContain('recordings export');
  });

  test('a recording that was changed fails to verify, with an exit code of its own', async () => {
    const tape = execFileSync('find', [postern.recordings, '-name', `${sessionId}*`], {
      encoding: 'utf8',
    }).trim();
    const before = readFileSync(tape);
    const changed = Buffer.from(before);
    changed[changed.length - 40] = (changed[changed.length - 40] ?? 0) ^ 1;
    writeFileSync(tape, changed);
    const { status, stdout, stderr } = await postern.cli(['recordings', 'verify']);
    writeFileSync(tape, before);
    expect(status).toBe(6);
    expect(stdout).toContain('TAMPERED');
    expect(stderr).toContain('RECORDING_DAMAGED');
    expect(await said(['recordings', 'verify'])).toContain('intact');
  });

  test('recordings: a lost file is named; holds, deletion for ever, and the numbers that are watched', async () => {
    const tape = join(postern.recordings, 'PSMRecordings', `${sessionId}.tape`);
    renameSync(tape, join(folder, 'taken'));
    const lost = await postern.cli(['recordings', 'verify']);
    expect(lost).toMatchObject({ status: 6 });
    expect(lost.stdout).toContain(`${sessionId}  MISSING`);
    renameSync(join(folder, 'taken'), tape);
    const why = ['--reason', 'case 12'];
    await said(['recordings', 'hold', sessionId, ...why]);
    expect(await refused(['recordings', 'delete', sessionId, ...why])).toMatchObject({
      failure: { code: 'RECORDING_HELD' },
    });
    await said(['recordings', 'release', sessionId, ...why]);
    await said(['recordings', 'delete', sessionId, ...why]);
    await eventually('the file is removed', () => !existsSync(tape));
    expect(
      await refused(['recordings', 'export', sessionId, '--format', 'txt', '--output', '-']),
    ).toMatchObject({ failure: { code: 'RECORDING_DELETED' } });
    expect(await said(['recordings', 'show', sessionId])).toContain('case 12');
    expect(await postern.json(['recordings', 'verify', sessionId])).toMatchObject([{ kind: 'deleted' }]);
    expect(await said(['safe', 'set', 'PSMRecordings', 'keepDays', '365'])).toContain('keepDays is 365');
    const file = join(folder, 'postern.prom');
    await said(['metrics', '--output', file]);
    expect(readFileSync(file, 'utf8')).toMatch(/^postern_recordings_not_stored_oldest_seconds 0$/m);
    expect(readFileSync(file, 'utf8')).toMatch(/^postern_sessions\{state="running"\} \d+$/m);
  });

  test('shadow identities: list, reset, delete', async () => {
    const [row] = await postern.json<{ user: string; uid: number; profileVersion: number }[]>([
      'shadow',
      'list',
    ]);
    expect(fieldsOf(row)).toEqual(['lastUsedAt', 'name', 'profileVersion', 'state', 'uid', 'user']);
    expect(await said(['shadow', 'list'])).toContain('alice');
    const reset = await postern.json<{ profileVersion: number }>(['shadow', 'reset', 'alice']);
    expect(reset.profileVersion).toBeGreaterThan(row?.profileVersion ?? 0);
    expect(await said(['shadow', 'delete', 'alice'])).toContain('is deleted');
    expect(existsSync(join(postern.home, 'profiles', String(row?.uid)))).toBe(false);
  });
});

test('the audit: list, export, verify; every exported line is one object without a raw control character', {
  timeout: 60_000,
}, async () => {
  await postern.json([
    'account',
    'update',
    accountId,
    '--disable',
    'odd \u001b[31m \u200b\u202e\u0085 \u{1F600} words',
  ]);
  await postern.json(['account', 'update', accountId, '--enable']);
  const text = await said(['audit', 'export']);
  expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|[\u2028\u2029]/u);
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { sequence: number; at: string });
  expect(lines.map((one) => one.sequence)).toEqual(lines.map((_, i) => i + 1));
  expect(fieldsOf(lines[0])).toEqual([
    ...[
      'account',
      'action',
      'actor',
      'at',
      'bastion',
      'code',
      'detail',
      'failureCode',
      'from',
      'gateway',
      'hash',
    ],
    ...['outcome', 'safe', 'sequence', 'sessionId', 'stage', 'target'],
  ]);
  const file = join(folder, 'audit.jsonl');
  expect(await postern.json(['audit', 'export', '--output', file])).toEqual({ rows: lines.length });
  expect(readFileSync(file, 'utf8')).toBe(text);
  expect(await postern.json(['audit', 'verify'])).toMatchObject({
    intact: true,
    rows: lines.length,
    firstBad: null,
  });
  expect(await said(['audit', 'list', '--limit', '5'])).toMatch(/^TIME +CODE/);
  const newest = await postern.json<{ sequence: number }[]>(['audit', 'list', '--limit', '3']);
  expect(newest.map((one) => one.sequence)).toEqual([lines.length, lines.length - 1, lines.length - 2]);
});

test('the doctor finds this house in order, and says of every part how it is', async () => {
  const checks = await postern.json<{ part: string; state: string }[]>(['doctor']);
  expect(fieldsOf(checks[0])).toEqual(['detail', 'next', 'part', 'state']);
  expect(checks.filter((one) => one.state === 'failure')).toEqual([]);
  expect(await said(['doctor'])).toMatch(/^ok {7}vault: open\n/);
});

test('who is disabled while logged in has no rights from that moment on', { timeout: 60_000 }, async () => {
  await addPerson(postern, 'leaver');
  await postern.json(['safe', 'member', 'add', SAFE, 'leaver', '--preset', 'ConnectOnly']);
  const screen = await login(postern, 'leaver');
  const before = target.log().length;
  await postern.json(['user', 'disable', 'leaver']);
  screen.type('admin64').press('enter');
  await screen.sees(/no longer valid|Log in again/);
  expect(await postern.json(['sessions', 'list'])).toEqual([]);
  expect(target.log().slice(before)).not.toContain('Accepted');
  screen.kill();
  await screen.exited;
});

test('init makes a home without starting it, once; the password is in a file', {
  timeout: 60_000,
}, async () => {
  for (const [name, json] of [
    ['in-words', false],
    ['as-json', true],
  ] as const) {
    const home = join(folder, name);
    const init = async () => await postern.cli(['init', '--home', home, ...(json ? ['--json'] : [])]);
    const made = await init();
    expect(made.status).toBe(0);
    const passwordFile = join(home, 'administrator-password');
    if (json) expect(JSON.parse(made.stdout)).toEqual({ home, passwordFile });
    else expect(made.stdout).toContain(passwordFile);
    expect(statSync(passwordFile).mode & 0o777).toBe(0o600);
    expect(made.stdout + made.stderr).not.toContain(readFileSync(passwordFile, 'utf8').trim());
    const again = await init();
    expect(again.status).toBe(1);
    expect(again.stdout).toBe('');
    expect(again.stderr).toContain(json ? '"ALREADY_EXISTS"' : 'initialised already');
  }
});
