import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Postern, startPostern } from '../helpers/postern.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import { ACCOUNT_PASSWORD, addPerson, connectTo, keyOf, login, prepare, SAFE } from '../helpers/walk.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-heads-'));
const heads = join(folder, 'heads.jsonl');
let postern: Postern;
let target: Target;

beforeAll(async () => {
  // the vault's own user writes there: on a real host an administrator gives it the folder
  [postern, target] = await Promise.all([
    startPostern({ config: { auditHeadsPath: '/tmp/postern-no-such-folder/heads' } }),
    startTarget(),
  ]);
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

test('safes are renamed, and deleted when they are empty', { timeout: 60_000 }, async () => {
  await postern.json(['safe', 'add', 'Spare']);
  await postern.json(['safe', 'rename', 'Spare', 'Other']);
  await postern.json(['safe', 'delete', 'Other']);
  expect((await postern.cli(['safe', 'delete', SAFE])).status).toBe(3);
  expect((await postern.cli(['safe', 'delete', 'PSM'])).status).toBe(3);
});

test('a membership that is taken away ends the live session, and says why', { timeout: 90_000 }, async () => {
  const screen = await login(postern, 'alice', { identity: await keyOf(postern, 'alice') });
  await connectTo(screen, 'admin60');
  await postern.json(['safe', 'member', 'remove', SAFE, 'alice']);
  // looked at every 10 s; 60 s is what is promised
  await screen.sees('useAccounts and listAccounts on safe', 60_000);
  const ended = (await audit()).find((row) => row.code === 901);
  expect(ended).toMatchObject({ actor: 'the vault' });
  expect(ended?.detail).toContain("alice's session: useAccounts and listAccounts on safe");
  await postern.json(['safe', 'member', 'add', SAFE, 'alice', '--preset', 'ConnectOnly']);
  screen.press('ctrl-q');
  await screen.exited;
});

test('heads that cannot be kept elsewhere are told, and heads that were are held against the log', {
  timeout: 60_000,
}, async () => {
  const checks = await postern.json<{ part: string; state: string }[]>(['doctor']);
  expect(checks.find((one) => one.part === 'audit copies')).toMatchObject({ state: 'failure' });
  expect((await audit()).filter((row) => row.code === 933)).toHaveLength(1);
  expect((await postern.cli(['audit', 'verify', '--heads', heads])).status).toBe(2);
  expect((await postern.cli(['audit', 'verify', '--heads', '/etc/hostname'])).status).toBe(6);
});
