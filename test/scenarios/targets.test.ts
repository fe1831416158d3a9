import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, type Postern, startPostern } from '../helpers/postern.ts';
import type { Screen } from '../helpers/ssh-screen.ts';
import { freePort, startTarget, type Target } from '../helpers/target.ts';
import {
  ACCOUNT_PASSWORD,
  ACCOUNTS,
  connectTo,
  keyOf,
  login,
  PROMPT,
  prepare,
  SAFE,
} from '../helpers/walk.ts';

let postern: Postern;
let target: Target;
let identity: string;
let keys: string;

beforeAll(async () => {
  [postern, target] = await Promise.all([startPostern(), startTarget()]);
  await prepare(postern, target);
  identity = await keyOf(postern, 'alice');
  keys = mkdtempSync(join(tmpdir(), 'postern-account-keys-'));
});
afterAll(async () => {
  await postern?.remove();
  await target?.stop();
  rmSync(keys, { recursive: true, force: true });
});

async function addAccount(address: string, port: number, extra: readonly string[] = []): Promise<string> {
  const { id } = await postern.json<{ id: string }>(
    [
      'account',
      'add',
      '--safe',
      SAFE,
      '--address',
      address,
      '--port',
      String(port),
      '--user',
      'admin60',
      '--password-stdin',
      ...extra,
    ],
    ACCOUNT_PASSWORD,
  );
  return id;
}

/** Filters for the account, presses Enter, waits for the failure screen, goes back; gives what it said. */
async function refusal(screen: Screen, filter: string): Promise<string> {
  screen.press('ctrl-u').type(filter);
  await screen.sees(filter);
  screen.press('enter');
  const text = await screen.sees('Not connected', 40);
  screen.press('escape');
  await screen.sees(ACCOUNTS);
  return text;
}

test('dead, refusing and unknown targets, and a wrong secret: each names its side and stage', {
  timeout: 180_000,
}, async () => {
  const closed = await freePort();
  const dead = await addAccount('127.0.0.2', closed);
  const nameless = await addAccount('secappslearning.invalid', 22);
  target.addUser('admin61', 'another-password-61');
  await postern.json(
    [
      'account',
      'add',
      '--safe',
      SAFE,
      '--address',
      '127.0.0.1',
      '--port',
      String(target.port),
      '--user',
      'admin61',
      '--password-stdin',
      '--host-key',
      target.hostKey,
    ],
    'the-wrong-password',
  );
  const screen = await login(postern, 'alice', { identity });

  const refused = await refusal(screen, '127.0.0.2');
  expect(refused).toContain('TARGET_REFUSED');
  expect(refused).toMatch(/target's side/);
  expect(refused).toMatch(/Stage\s+5/);
  expect(await refusal(screen, 'secappslearning')).toContain('TARGET_NAME');
  const wrong = await refusal(screen, 'admin61');
  expect(wrong).toContain('TARGET_AUTHENTICATION');
  expect(wrong).toMatch(/Stage\s+7/);
  expect(wrong).toMatch(/target's side/);
  expect(screen.bytes.includes('the-wrong-password')).toBe(false);
  screen.press('ctrl-q');
  await screen.exited;
  for (const id of [dead, nameless]) await postern.json(['account', 'delete', id]);
});

test.each([
  ['ed25519', [], ''],
  ['rsa', ['-b', '3072'], ''],
  ['ecdsa', ['-b', '256'], ''],
  ['ed25519', [], 'a passphrase'],
] as const)(
  'an account with an %s key %j and passphrase %j',
  { timeout: 60_000 },
  async (type, bits, passphrase) => {
    const name = `key${type}${passphrase === '' ? '' : 'p'}`;
    const file = join(keys, name);
    execFileSync('ssh-keygen', ['-q', '-t', type, ...bits, '-N', passphrase, '-f', file]);
    target.addUser(name, 'not-used-at-all-12', readFileSync(`${file}.pub`, 'utf8'));
    execFileSync('sh', ['-c', `printf '%s\\n' "$1" > ${join(keys, 'passphrase')}`, 'sh', passphrase]);
    chmodSync(join(keys, 'passphrase'), 0o600);
    await postern.json([
      'account',
      'add',
      '--safe',
      SAFE,
      '--address',
      '127.0.0.1',
      '--port',
      String(target.port),
      '--user',
      name,
      '--key-file',
      file,
      '--host-key',
      target.hostKey,
      ...(passphrase === '' ? [] : ['--passphrase-file', join(keys, 'passphrase')]),
    ]);
    const screen = await login(postern, 'alice', { identity });
    await connectTo(screen, name);
    screen.type('whoami\r');
    await screen.output(`${name}\r\n`);
    screen.type('exit\r');
    await screen.sees(ACCOUNTS);
    screen.press('ctrl-q');
    await screen.exited;
  },
);

test('an unknown host key is asked about; accepted for one session it is asked about again', {
  timeout: 90_000,
}, async () => {
  const id = await addAccount('127.0.0.3', target.port);
  // the target listens on 127.0.0.1 only: name the same place another way
  await postern.json(['account', 'update', id, '--address', 'localhost']);
  const screen = await login(postern, 'alice', { identity });
  const known =
    execFileSync('ssh-keygen', ['-lf', join(target.folder, 'host_key.pub')], { encoding: 'utf8' }).split(
      ' ',
    )[1] ?? '';
  for (const _time of [1, 2]) {
    screen.press('ctrl-u').type('localhost');
    await screen.sees('localhost');
    screen.press('enter');
    await eventually(
      'to be asked about the key',
      () => screen.text().replaceAll(/\s+/g, '').includes(known),
      30,
    );
    screen.type('o');
    await screen.output(PROMPT, 30);
    screen.type('exit\r');
    await screen.sees(ACCOUNTS);
  }
  screen.press('enter');
  await screen.sees('SHA256:', 30);
  screen.type('r');
  await screen.sees('HOST_KEY_UNKNOWN');
  screen.press('escape');
  await screen.sees(ACCOUNTS);
  await postern.json(['account', 'delete', id]);
  screen.press('ctrl-q');
  await screen.exited;
});

test('a changed host key is a hard stop with both fingerprints; who may update the account re-approves it', {
  timeout: 120_000,
}, async () => {
  const fingerprint = (): string =>
    execFileSync('ssh-keygen', ['-lf', join(target.folder, 'host_key.pub')], { encoding: 'utf8' }).split(
      ' ',
    )[1] ?? '';
  const before = fingerprint();
  await target.changeHostKey();
  const after = fingerprint();
  let screen = await login(postern, 'alice', { identity });
  const accepted = target.log().match(/Accepted password/g)?.length ?? 0;
  const stopped = (await refusal(screen, 'admin60@127.0.0.1')).replaceAll(/\s+/g, '');
  expect(stopped).toContain('HOST_KEY_CHANGED');
  expect(stopped).toContain(before);
  expect(stopped).toContain(after);
  expect(target.log().match(/Accepted password/g)?.length ?? 0).toBe(accepted);

  await postern.json(['safe', 'member', 'add', SAFE, 'alice', '--preset', 'AccountsManager']);
  screen.press('ctrl-q');
  await screen.exited;
  screen = await login(postern, 'alice', { identity });
  screen.type('admin60@127.0.0.1').press('enter');
  await screen.sees('Not connected', 30);
  screen.type('a');
  await screen.sees('Approve a changed host key');
  screen.type('127.0.0.1').press('enter');
  await screen.sees('the new host key is pinned');
  await postern.json(['safe', 'member', 'add', SAFE, 'alice', '--preset', 'ConnectOnly']);
  await screen.sees(ACCOUNTS);
  screen.press('enter');
  await screen.output(PROMPT, 30);
  screen.type('exit\r');
  await screen.sees(ACCOUNTS);
  screen.press('ctrl-q');
  await screen.exited;
});
