import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { eventually, type Postern, startPostern } from '../helpers/postern.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import {
  ACCOUNT_PASSWORD,
  ACCOUNTS,
  addPerson,
  connectTo,
  keyOf,
  login,
  PERSON_PASSWORD,
  prepare,
  SAFE,
} from '../helpers/walk.ts';

const ROOT = join(import.meta.dirname, '../..');
const NODE = join(ROOT, 'node_modules/node/bin/node');
const folder = mkdtempSync(join(tmpdir(), 'postern-heads-'));
/** Where the vault's own user may write. */
const heads = join(folder, 'heads');
let postern: Postern;
let target: Target;

beforeAll(async () => {
  chmodSync(folder, 0o755);
  mkdirSync(heads);
  chmodSync(heads, 0o777);
  [postern, target] = await Promise.all([startPostern({ config: { auditHeadsPath: heads } }), startTarget()]);
  await prepare(postern, target);
});
afterAll(async () => {
  await postern?.remove();
  await target?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Row {
  readonly code: number;
  readonly actor: string;
  readonly gateway: string | null;
  readonly detail: string | null;
  readonly from: string | null;
}
const audit = (): Promise<Row[]> => postern.json<Row[]>(['audit', 'list', '--limit', '200']);

test('explain names each rule, and agrees with what happens', { timeout: 60_000 }, async () => {
  const yes = await postern.json<{ permit: boolean }>(['explain', 'alice', 'admin60@127.0.0.1']);
  expect(yes.permit).toBe(true);
  await addPerson(postern, 'carol');
  const { stdout } = await postern.cli(['explain', 'carol', 'admin60@127.0.0.1']);
  expect(stdout).toMatch(/^VERDICT +RULE +VALUE +SOURCE\n/);
  expect(stdout).toMatch(/fail +useAccounts on safe Windows-Domain-Safe +no +no membership gives it/);
  expect(stdout).toMatch(/carol may NOT connect as admin60@127\.0\.0\.1\n$/);
});

test('the console prints a secret for a reason only, and the audit says so', {
  timeout: 60_000,
}, async () => {
  const bare = await postern.cli(['account', 'retrieve', 'admin60@127.0.0.1']);
  expect(bare.status).toBe(2);
  const blank = await postern.cli(['account', 'retrieve', 'admin60@127.0.0.1', '--reason', ' ']);
  expect([blank.status, blank.stdout]).toEqual([2, '']);
  const got = await postern.cli(['account', 'retrieve', 'admin60@127.0.0.1', '--reason', 'incident 42']);
  expect(got.stdout).toBe(ACCOUNT_PASSWORD);
  const json = ['account', 'retrieve', 'admin60@127.0.0.1', '--reason', 'again'];
  expect(await postern.json(json)).toMatchObject({ secretKind: 'password', secret: ACCOUNT_PASSWORD });
  const rows = await audit();
  expect(
    rows.filter((row) => row.code === 295 && row.actor === 'root@console').map((row) => row.detail),
  ).toEqual([
    'password, version 1, printed; reason: again',
    'password, version 1, printed; reason: incident 42',
  ]);
  expect(JSON.stringify(rows)).not.toContain(ACCOUNT_PASSWORD);
});

test.skipIf(process.getuid?.() !== 0)(
  'somebody who is not root logs in to the commands, and may what he may',
  {
    timeout: 60_000,
  },
  async () => {
    const file = join(folder, 'login');
    writeFileSync(file, `${PERSON_PASSWORD}\n`, { mode: 0o644 });
    const asNobody = (args: readonly string[], input = '') => {
      const who = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];
      const entry = ['--as', 'alice', '--login-file', file, '--json'];
      return spawnSync('setpriv', [...who, NODE, join(ROOT, 'bin/postern'), ...args, ...entry], {
        env: { PATH: process.env['PATH'], POSTERN_HOME: postern.home },
        encoding: 'utf8',
        input,
      });
    };
    const listed = asNobody(['account', 'list']);
    expect(JSON.parse(listed.stdout)).toMatchObject([{ account: 'admin60@127.0.0.1', safe: SAFE }]);
    expect(JSON.parse(asNobody(['safe', 'list']).stdout)).toMatchObject([{ name: SAFE, accounts: 1 }]);
    for (const [args, needs] of [
      [['account', 'retrieve', 'admin60@127.0.0.1', '--reason', 'x'], 'retrieveAccounts'],
      [['account', 'delete', 'admin60@127.0.0.1'], 'deleteAccounts'],
      [['safe', 'member', 'list', SAFE], 'viewSafeMembers'],
      [['user', 'list'], 'auditUsers'],
      [['safe', 'add', 'Mine'], 'addSafes'],
      [['doctor'], 'console'],
    ] as const) {
      const refused = asNobody(args);
      expect([refused.status, refused.stdout], args.join(' ')).toEqual([3, '']);
      expect((JSON.parse(refused.stderr) as { message: string }).message).toContain(needs);
    }
    const row = (await audit()).find((one) => one.detail?.startsWith('account.retrieve') === true);
    expect(row).toMatchObject({ code: 922, actor: 'alice', gateway: 'PVWAGW', from: 'desk' });

    writeFileSync(file, 'not her password\n');
    const wrong = asNobody(['account', 'list']);
    expect(wrong.status).not.toBe(0);
    expect((JSON.parse(wrong.stderr) as { code: string }).code).toBe('LOGIN_REFUSED');
  },
);

test('safes are renamed, and deleted when they are empty', { timeout: 60_000 }, async () => {
  await postern.json(['safe', 'add', 'Spare']);
  await postern.json(['safe', 'rename', 'Spare', 'Other']);
  await postern.json(['safe', 'delete', 'Other']);
  expect((await postern.cli(['safe', 'delete', SAFE])).status).toBe(3);
  expect((await postern.cli(['safe', 'delete', 'PSM'])).status).toBe(3);
});

test('the screens show a secret for a reason to who may have it, and to nobody else', {
  timeout: 90_000,
}, async () => {
  await addPerson(postern, 'keeper');
  await addPerson(postern, 'helper');
  await addPerson(postern, 'colin');
  await postern.json(['safe', 'member', 'add', SAFE, 'keeper', '--preset', 'Full']);
  await postern.json(['safe', 'member', 'add', SAFE, 'helper', '--preset', 'ConnectOnly']);
  const [keeper, helper] = [
    await login(postern, 'keeper', { identity: await keyOf(postern, 'keeper') }),
    await login(postern, 'helper', { identity: await keyOf(postern, 'helper') }),
  ];
  for (const screen of [keeper, helper]) {
    screen.press('ctrl-y');
    await screen.sees('Secret of admin60');
    screen.type('incident 42');
    await screen.sees('incident 42_');
    screen.press('enter');
  }
  await keeper.sees(ACCOUNT_PASSWORD);
  expect(await helper.sees('Not permitted: retrieveAccounts on safe')).not.toContain(ACCOUNT_PASSWORD);
  const rows = await audit();
  expect(rows.find((row) => row.code === 295 && row.actor === 'keeper')).toMatchObject({
    gateway: 'PVWAGW',
    detail: 'password, version 1, shown; reason: incident 42',
  });
  expect(rows.find((row) => row.code === 922)).toMatchObject({ actor: 'helper', gateway: 'PVWAGW' });

  keeper.press('escape');
  await keeper.sees(ACCOUNTS);
  keeper.press('ctrl-o');
  await keeper.sees(/Windows-Domain-Safe +Full/);
  keeper.press('enter');
  await keeper.sees(/helper +user +ConnectOnly/);
  keeper.press('ctrl-a');
  await keeper.sees('Add to');
  keeper.type('colin\r\r7\r');
  await keeper.sees('colin is a member of');
  const members = await postern.json<{ member: string; preset: string; expiresAt: string | null }[]>([
    ...['safe', 'member', 'list', SAFE],
  ]);
  const colin = members.find((row) => row.member === 'colin');
  expect(colin?.preset).toBe('ConnectOnly');
  expect(Date.parse(colin?.expiresAt ?? '') - Date.now()).toBeGreaterThan(6 * 86_400_000);
  helper.press('escape');
  await helper.sees(ACCOUNTS);
  for (const screen of [keeper, helper]) {
    screen.press('ctrl-q');
    await screen.exited;
  }
});

test('a membership that is taken away ends the live session, and says why', { timeout: 90_000 }, async () => {
  const screen = await login(postern, 'alice', { identity: await keyOf(postern, 'alice') });
  await connectTo(screen, 'admin60');
  await postern.json(['safe', 'member', 'remove', SAFE, 'alice']);
  // looked at every 10 s; 60 s is what is promised
  await screen.sees(ACCOUNTS, 60);
  // a long reason is shown whole, on as many lines as it takes
  await eventually('the whole reason', () =>
    screen
      .text()
      .replaceAll(/\s+/g, ' ')
      .includes(`useAccounts and listAccounts on safe ${SAFE} are missing`),
  );
  const ended = (await audit()).find((row) => row.code === 901);
  expect(ended).toMatchObject({ actor: 'the vault' });
  expect(ended?.detail).toContain("alice's session: useAccounts and listAccounts on safe");
  await postern.json(['safe', 'member', 'add', SAFE, 'alice', '--preset', 'ConnectOnly']);
  screen.press('ctrl-q');
  await screen.exited;
});

test('people list, verify and export with commands what they may replay, and nothing else', {
  timeout: 90_000,
}, async () => {
  const id = await eventually('a recording that is stored', async () => {
    const rows = await postern.json<{ id: string; user: string; stored: string }[]>(['recordings', 'list']);
    return rows.find(({ user, stored }) => user === 'alice' && stored === 'safe')?.id ?? false;
  });
  const file = join(folder, 'login');
  writeFileSync(file, `${PERSON_PASSWORD}\n`, { mode: 0o600 });
  await addPerson(postern, 'bystander');
  const as = (name: string) => ['--as', name, '--login-file', file];
  const mine = await postern.json<{ id: string }[]>(['recordings', 'list', ...as('alice')]);
  expect(mine.map((row) => row.id)).toContain(id);
  expect(await postern.json(['recordings', 'verify', id, ...as('alice')])).toMatchObject([
    { id, kind: 'intact' },
  ]);
  const [his, theirs, bundle] = [join(folder, 'his'), join(folder, 'theirs'), join(folder, 'bundle')];
  const exported = ['recordings', 'export', id, '--format', 'txt', '--output'];
  await postern.json([...exported, his, ...as('alice')]);
  await postern.json([...exported, theirs]);
  const text = readFileSync(theirs, 'utf8');
  expect(text.length).toBeGreaterThan(20);
  expect(readFileSync(his, 'utf8')).toBe(text);
  // what was there is not emptied for somebody who gets nothing
  expect(await postern.cli([...exported, his, ...as('bystander')])).toMatchObject({ status: 4 });
  expect(readFileSync(his, 'utf8')).toBe(text);
  await postern.json([
    ...['recordings', 'export', id, '--format', 'bundle', '--output', bundle],
    ...as('alice'),
  ]);
  const key = join(folder, 'key.pem');
  writeFileSync(key, (await postern.cli(['recordings', 'public-key'])).stdout);
  const offline = ['recordings', 'verify', '--bundle', bundle, '--public-key', key];
  expect(await postern.json(offline)).toMatchObject({ kind: 'intact', recording: { id, user: 'alice' } });
  expect(await postern.json(['recordings', 'list', ...as('bystander')])).toEqual([]);
  expect(await postern.cli(['recordings', 'verify', id, ...as('bystander')])).toMatchObject({ status: 4 });
  expect(await postern.cli(['recordings', 'verify', ...as('alice')])).toMatchObject({ status: 3 });
  const rows = await audit();
  for (const what of ['verify', 'export'])
    expect(
      rows.find(({ actor, detail }) => actor === 'alice' && detail === `${what}, of alice`),
    ).toMatchObject({
      gateway: 'PVWAGW',
      from: 'desk',
    });
});

test('signed heads are kept elsewhere and held against the log; the doctor says when they are not', {
  timeout: 60_000,
}, async () => {
  const [file = 'none'] = readdirSync(heads);
  expect(file).toMatch(/^postern-audit-heads-.*\.jsonl$/);
  const kept = join(folder, 'kept.jsonl');
  copyFileSync(join(heads, file), kept);
  const verify = (path: string) => postern.cli(['audit', 'verify', '--heads', path]);
  expect(await verify(kept)).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/signed heads intact/) as string,
  });
  // as it would be, had the log been put back to an older state
  writeFileSync(kept, readFileSync(kept, 'utf8').replace(/"sequence":\d+/, '"sequence":99999'));
  expect((await verify(kept)).status).toBe(6);
  expect((await verify(join(folder, 'none'))).status).toBe(2);

  rmSync(heads, { recursive: true });
  chmodSync(folder, 0o555);
  await postern.json(['group', 'add', 'Something to sign']);
  await vi.waitFor(
    async () =>
      expect((await audit()).filter((row) => row.code === 935)).toMatchObject([{ actor: 'the vault' }]),
    20_000,
  );
  expect((await postern.cli(['doctor'])).stdout).toMatch(/FAILURE +audit copies: EACCES/);
});
