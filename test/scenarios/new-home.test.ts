import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually, type Postern, startPostern } from '../helpers/postern.ts';
import { Screen } from '../helpers/ssh-screen.ts';

const ROOT = join(import.meta.dirname, '../..');
const minutes = { timeout: 120_000 };
let folder: string;
let home: string;
let postern: Postern | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-new-'));
  home = join(folder, 'home');
  mkdirSync(home);
});
afterEach(async () => {
  await postern?.remove();
  postern = null;
  rmSync(folder, { recursive: true, force: true });
});

const configure = (config: object): void => writeFileSync(join(home, 'config.json'), JSON.stringify(config));
const safes = async (): Promise<number> => (await postern?.cli(['safe', 'list']))?.status ?? -1;
const everything = (path: string): string =>
  readdirSync(path, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');

test('an initialisation that is killed in the middle is repaired by the next start', minutes, async () => {
  const env = {
    PATH: process.env['PATH'],
    POSTERN_HOME: home,
    POSTERN_LISTEN: '127.0.0.1:0',
    POSTERN_RECORDINGS: join(folder, 'recordings'),
  };
  const daemon = spawn(join(ROOT, 'node_modules/node/bin/node'), [join(ROOT, 'bin/posternd')], {
    env,
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => daemon.once('exit', resolve));
  await eventually('a vault half made', () => existsSync(join(home, '.partial/vault/vault.db')));
  const initialising = readdirSync('/proc').find(
    (pid) =>
      /^\d+$/.test(pid) && parentOf(pid) === String(daemon.pid) && commandOf(pid).includes('initialise.js'),
  );
  process.kill(Number(initialising), 'SIGKILL');
  expect(await ended).toBe(1);
  expect(existsSync(join(home, 'vault'))).toBe(false);
  postern = await startPostern({ home });
  expect(await safes()).toBe(0);
  expect(existsSync(join(home, '.partial'))).toBe(false);
});

function parentOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[1];
  } catch {
    return undefined;
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

test(
  'a vault under a passphrase starts sealed, is opened by it, and its key is in no file',
  minutes,
  async () => {
    configure({ masterKeyMode: 'passphrase' });
    writeFileSync(join(folder, 'passphrase'), 'canary of a passphrase\n');
    postern = await startPostern({ home, env: { POSTERN_PASSPHRASE_FILE: join(folder, 'passphrase') } });
    expect(await safes()).not.toBe(0);
    expect((await postern.cli(['unseal'], 'not the passphrase\n')).status).not.toBe(0);
    expect((await postern.cli(['unseal'], 'canary of a passphrase\n')).status).toBe(0);
    expect(await safes()).toBe(0);
    expect(existsSync(join(home, 'vault/master.key'))).toBe(false);
    expect(everything(home)).not.toContain('canary of a passphrase');
    await postern.restart();
    expect(await safes()).not.toBe(0);
  },
);

test(
  'at a terminal the passphrase is typed: twice for a new home, then at each start, again when it was wrong',
  minutes,
  async () => {
    configure({ masterKeyMode: 'passphrase', demo: false });
    const env = {
      POSTERN_HOME: home,
      POSTERN_LISTEN: '127.0.0.1:0',
      POSTERN_RECORDINGS: join(folder, 'recordings'),
    };
    const start = (): Screen =>
      new Screen(join(ROOT, 'node_modules/node/bin/node'), [join(ROOT, 'bin/posternd')], { rows: 40, env });
    const first = start();
    await first.output('New passphrase of the vault', 60);
    first.type('typed by hand 1\r');
    await first.output('Once more');
    first.type('typed by hand 1\r');
    await first.output('shown only now', 60);
    await first.output('postern ready on', 60);
    await first.output('passphrase of the vault');
    first.type('typed by hand 1\r');
    await first.output('the vault is open');
    first.press('ctrl-c');
    expect(await first.exited).toBe(0);

    const second = start();
    await second.output('postern ready on', 60);
    await second.output('passphrase of the vault');
    second.type('not that one\r');
    await second.output('not the passphrase');
    await second.output('passphrase of the vault (not shown)');
    second.type('typed by hand 1\r');
    await second.output('the vault is open');
    second.press('ctrl-c');
    expect(await second.exited).toBe(0);
    expect(Buffer.concat([first.bytes, second.bytes]).includes('typed by hand')).toBe(false);
  },
);

test(
  'a master key may lie outside the home, for the vault alone, or come from systemd',
  minutes,
  async () => {
    const path = join(folder, 'keys/master.key');
    mkdirSync(join(folder, 'keys'), { mode: 0o700 });
    configure({ masterKeyPath: path });
    postern = await startPostern({ home });
    expect(await safes()).toBe(0);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(existsSync(join(home, 'vault/master.key'))).toBe(false);
    await postern.restart();
    expect(await safes()).toBe(0);
    await postern.remove();

    home = join(folder, 'second');
    mkdirSync(home);
    mkdirSync(join(folder, 'credentials'));
    writeFileSync(join(folder, 'credentials/postern-master-key'), randomBytes(32), { mode: 0o400 });
    configure({ masterKeyMode: 'systemd-credential' });
    postern = await startPostern({ home, env: { CREDENTIALS_DIRECTORY: join(folder, 'credentials') } });
    expect(await safes()).toBe(0);
    expect(existsSync(join(home, 'vault/master.key'))).toBe(false);
  },
);

test('a daemon that stops leaves its home whole and nothing under /run', minutes, async () => {
  postern = await startPostern({ home });
  const before = readdirSync(home, { recursive: true }).length;
  expect(existsSync(join(postern.run, 'admin.sock'))).toBe(true);
  expect(await postern.stop()).toBe(0);
  expect(existsSync(postern.run)).toBe(false);
  expect(readdirSync(home, { recursive: true }).length).toBeGreaterThan(before - 4);
  expect(existsSync(join(home, 'vault/vault.db'))).toBe(true);
  expect(existsSync(join(ROOT, 'node_modules/node/bin/node'))).toBe(true);
});

test('a home can be made without starting, once', minutes, async () => {
  rmSync(home, { recursive: true });
  const env = {
    PATH: process.env['PATH'],
    POSTERN_HOME: home,
    POSTERN_RECORDINGS: join(folder, 'recordings'),
  };
  const init = (): Promise<number | null> =>
    new Promise((resolve) =>
      spawn(join(ROOT, 'node_modules/node/bin/node'), [join(ROOT, 'bin/postern'), 'init', '--json'], {
        env,
        stdio: 'ignore',
      }).once('exit', resolve),
    );
  expect(await init()).toBe(0);
  const password = readFileSync(join(home, 'administrator-password'), 'utf8');
  expect(password).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}\n$/);
  expect(statSync(join(home, 'administrator-password')).mode & 0o777).toBe(0o600);
  expect(await init()).not.toBe(0);
  postern = await startPostern({ home });
  expect(readFileSync(join(home, 'administrator-password'), 'utf8')).toBe(password);
  expect(postern.output()).not.toContain(password.trim());
});
