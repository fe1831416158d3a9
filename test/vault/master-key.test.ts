import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readMasterKey, writeMasterKey } from '#/vault/master-key.js';
import {
  client,
  component,
  createIn,
  furnish,
  makeVault,
  portal,
  SPACE,
  sessionHost,
  startVault,
} from './in-process.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(SPACE, 'vault-'));
  path = join(folder, 'master.key');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a master key file', () => {
  test('is read as it was written, and never written over', () => {
    const key = Buffer.alloc(32, 7);
    writeMasterKey(path, key);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readMasterKey(path)).toEqual({ ok: true, value: key });
    expect(() => writeMasterKey(path, key)).toThrow('EEXIST');
  });

  test('may hold the raw bytes', () => {
    writeFileSync(path, Buffer.alloc(32, 200), { mode: 0o600 });
    expect(readMasterKey(path)).toEqual({ ok: true, value: Buffer.alloc(32, 200) });
  });

  test.each<[string, () => void, RegExp]>([
    ['missing', () => undefined, /is missing/],
    [
      'readable by others',
      () => writeFileSync(path, 'x', { mode: 0o640 }),
      /can be read by others \(mode 640\)/,
    ],
    ['no key', () => writeFileSync(path, 'password', { mode: 0o600 }), /does not hold a key of 32 bytes/],
    [
      'of 31 bytes',
      () => writeFileSync(path, `${Buffer.alloc(31).toString('base64')}\n`, { mode: 0o600 }),
      /does not hold a key of 32 bytes/,
    ],
  ])('is refused when it is %s', (_what, make, words) => {
    make();
    const read = readMasterKey(path);
    expect(read.ok ? 'read' : read.failure.message).toMatch(words);
  });

  test('is not followed when it is a link', () => {
    writeFileSync(join(folder, 'other'), Buffer.alloc(32), { mode: 0o600 });
    symlinkSync(join(folder, 'other'), path);
    expect(() => readMasterKey(path)).toThrow('ELOOP');
  });
});

describe('a vault', () => {
  beforeEach(() => makeVault(folder));

  async function refusal(): Promise<string> {
    const before = readFileSync(join(folder, 'vault.db'));
    const outcome = await startVault({ folder }).then(
      async (running) => {
        await running.stop();
        return 'started';
      },
      (error: unknown) => (error instanceof Error ? error.message : 'unknown'),
    );
    expect(readFileSync(join(folder, 'vault.db'))).toEqual(before);
    return outcome;
  }

  test('does not start without its key, and starts again when the key is back', async () => {
    renameSync(path, `${path}.away`);
    expect(await refusal()).toMatch(/is missing; without it the vault cannot be opened/);
    renameSync(`${path}.away`, path);
    await (await startVault({ folder })).stop();
  });

  test('does not start with the key of another vault', async () => {
    rmSync(path);
    writeMasterKey(path, Buffer.alloc(32, 9));
    expect(await refusal()).toMatch(/this is not the master key of this vault/);
  });

  test('does not start with a key that others can read', async () => {
    chmodSync(path, 0o604);
    expect(await refusal()).toMatch(/can be read by others/);
  });
});

describe('a vault with a passphrase', () => {
  test('starts sealed, answers only what needs no key, and opens with the right one', async () => {
    await createIn(folder, { kind: 'passphrase', passphrase: Buffer.from('four words, not one') });
    const running = await startVault({ folder });
    try {
      const desk = client(running, 'admin');
      expect(await desk.ask('vault.status', {})).toMatchObject({ sealed: true });
      const door = await portal(running);
      const host = await sessionHost(running);
      await component(running, ['PSMApp']);
      expect(
        await door.refused(
          'person.login',
          { user: 'Administrator', from: 'x', via: 'ssh' },
          Buffer.from('y'),
        ),
      ).toMatchObject({ code: 'VAULT_SEALED' });
      expect(await desk.refused('admin.safe.add', { name: 'Lab' })).toMatchObject({ code: 'VAULT_SEALED' });
      expect(await host.refused('session.redeem', { permit: 'x', sessionId: 'n' })).toMatchObject({
        code: 'VAULT_SEALED',
      });
      expect((await desk.ask('admin.doctor', {})).find((check) => check.part === 'vault')).toMatchObject({
        state: 'failure',
        next: 'postern unseal',
      });
      expect(await desk.refused('admin.unseal', {}, Buffer.from('four words, not two'))).toMatchObject({
        code: 'PASSPHRASE_WRONG',
      });
      expect(running.vault.keyring.sealed).toBe(true);
      await desk.ask('admin.unseal', {}, Buffer.from('four words, not one'));
      expect(await desk.ask('vault.status', {})).toMatchObject({ sealed: false });
      await furnish(desk);
      expect(await desk.ask('admin.audit.verify', {})).toMatchObject({ intact: true });
    } finally {
      await running.stop();
    }
  });
});
