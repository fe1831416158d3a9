import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPostern } from '../helpers/postern.ts';
import { freePort } from '../helpers/target.ts';
import { addPerson, login } from '../helpers/walk.ts';

const ROOT = join(import.meta.dirname, '../..');
const NODE = join(ROOT, 'node_modules/node/bin/node');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-house-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts the daemon where it must refuse; gives its exit status and what it said. */
function refused(
  env: Readonly<Record<string, string>>,
  root = ROOT,
): { readonly status: number | null; readonly said: string } {
  const result = spawnSync(NODE, [join(root, 'bin/posternd')], {
    env: {
      PATH: process.env['PATH'],
      POSTERN_LISTEN: '127.0.0.1:0',
      POSTERN_RECORDINGS: join(folder, 'recordings'),
      ...env,
    },
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { status: result.status, said: result.stdout + result.stderr };
}

test('a second daemon on one home is refused and names the first; the first works on', {
  timeout: 90_000,
}, async () => {
  const first = await startPostern();
  const second = refused({ POSTERN_HOME: first.home });
  expect(second.status).not.toBe(0);
  expect(second.said).toContain(String(first.pid));
  expect(second.said).not.toMatch(/\n\s+at /);
  expect((await first.cli(['doctor'])).status).toBe(0);
  await first.remove();
});

test('two homes on one host never share a shadow uid', { timeout: 120_000 }, async () => {
  const [one, two] = await Promise.all([startPostern(), startPostern()]);
  const range = (home: string): number => {
    const file = join(home, 'config.json');
    const config = JSON.parse(existsSync(file) ? readFileSync(file, 'utf8') : '{}') as {
      shadowUidFirst?: number;
    };
    return config.shadowUidFirst ?? 2_000_000;
  };
  expect(range(one.home)).not.toBe(range(two.home));
  await Promise.all([one.remove(), two.remove()]);
});

test('a taken port, a typing error in the configuration, somebody else’s home, a full disk: one clear sentence each', {
  timeout: 120_000,
}, async () => {
  const running = await startPostern();
  const taken = refused({ POSTERN_HOME: join(folder, 'taken'), POSTERN_LISTEN: `127.0.0.1:${running.port}` });
  expect(taken.status).not.toBe(0);
  expect(taken.said).toContain(`127.0.0.1:${running.port}`);
  await running.stop();
  writeFileSync(join(running.home, 'config.json'), JSON.stringify({ idleMinuts: 5 }));
  const typo = refused({ POSTERN_HOME: running.home });
  expect(typo.status).toBe(2);
  expect(typo.said).toMatch(/idleMinuts.*idleMinutes/s);
  writeFileSync(join(running.home, 'config.json'), JSON.stringify({ hostKeyPolicy: 'maybe' }));
  expect(refused({ POSTERN_HOME: running.home }).said).toMatch(/hostKeyPolicy.*maybe.*ask.*tofu.*strict/s);
  await running.remove();

  const theirs = join(folder, 'theirs');
  mkdirSync(theirs);
  chownSync(theirs, 12_345, 12_345);
  const foreign = refused({ POSTERN_HOME: theirs });
  expect(foreign.status).not.toBe(0);
  expect(foreign.said).toContain('12345');

  const small = join(folder, 'small');
  mkdirSync(small);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=755', 'tmpfs', small]);
  const full = refused({ POSTERN_HOME: join(small, 'home') });
  execFileSync('umount', [small]);
  expect(full.status).not.toBe(0);
  expect(full.said).toMatch(/no space/i);
});

test('a home path of 200 characters works', { timeout: 90_000 }, async () => {
  const home = join(folder, 'x'.repeat(100), 'y'.repeat(100));
  mkdirSync(join(home, '..'), { recursive: true });
  const postern = await startPostern({ home });
  await addPerson(postern, 'alice');
  const screen = await login(postern, 'alice');
  screen.press('ctrl-q');
  await screen.exited;
  await postern.remove();
});

test('a clone under a 0700 directory works, and no setuid file lies in it', {
  timeout: 180_000,
}, async () => {
  const closed = join(folder, 'closed');
  mkdirSync(closed, { mode: 0o700 });
  const clone = join(closed, 'clone');
  mkdirSync(clone);
  for (const part of ['bin', 'dist', 'native', 'package.json', 'node_modules'])
    cpSync(join(ROOT, part), join(clone, part), { recursive: true, verbatimSymlinks: true });
  chmodSync(closed, 0o700);
  const port = await freePort();

  const daemon = spawn(join(clone, 'node_modules/node/bin/node'), [join(clone, 'bin/posternd')], {
    env: {
      PATH: process.env['PATH'],
      POSTERN_HOME: join(clone, '.postern'),
      POSTERN_RECORDINGS: join(clone, 'recordings'),
      POSTERN_LISTEN: `127.0.0.1:${port}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  daemon.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  daemon.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
  for (
    const end = Date.now() + 60_000;
    !said.includes('postern ready on') && Date.now() < end && daemon.exitCode === null;
  )
    await new Promise((resolve) => setTimeout(resolve, 50));
  const setuid = execFileSync('find', [clone, '-xdev', '-perm', '/6000', '-type', 'f'], { encoding: 'utf8' });
  const ended = new Promise((resolve) => daemon.once('exit', resolve));
  daemon.kill('SIGTERM');
  await ended;
  expect(said).toContain(`postern ready on 127.0.0.1:${port}`);
  expect(setuid).toBe('');
});

function pragma(path: string, sql: string): unknown {
  const database = new DatabaseSync(path);
  const row = database.prepare(sql).get();
  database.close();
  return row;
}

test('an unreadable, a newer and a wrong-keyed vault are refused and left as they were', {
  timeout: 120_000,
}, async () => {
  const postern = await startPostern();
  await postern.stop();
  const key = join(postern.home, 'vault/master.key');
  const database = join(postern.home, 'vault/vault.db');
  const original = readFileSync(key);
  const before = statSync(database).size;

  rmSync(key);
  const lost = refused({ POSTERN_HOME: postern.home });
  expect(lost.status).not.toBe(0);
  expect(lost.said).toMatch(/master key/i);
  expect(existsSync(key)).toBe(false);

  writeFileSync(key, Buffer.alloc(original.length, 65), { mode: 0o600 });
  execFileSync('chown', ['postern-vault', key]);
  const wrong = refused({ POSTERN_HOME: postern.home });
  expect(wrong.status).not.toBe(0);
  expect(wrong.said).toMatch(/master key/i);
  expect(statSync(database).size).toBe(before);

  writeFileSync(key, original);

  const { user_version: version } = pragma(database, 'pragma user_version') as { user_version: number };
  expect(version).toBeGreaterThan(0);
  pragma(database, 'pragma user_version = 9999');
  const newer = refused({ POSTERN_HOME: postern.home });
  expect(newer.status).not.toBe(0);
  expect(newer.said).toMatch(/newer/i);
  expect(newer.said).not.toMatch(/\n\s+at /);
  expect(pragma(database, 'pragma user_version')).toEqual({ user_version: 9999 });
  pragma(database, `pragma user_version = ${version}`);

  const whole = readFileSync(database);
  writeFileSync(database, 'this is no database, and long enough to be looked at');
  const unreadable = refused({ POSTERN_HOME: postern.home });
  expect(unreadable.status).not.toBe(0);
  expect(unreadable.said).toMatch(/vault\.db/);
  expect(readFileSync(database, 'utf8')).toMatch(/^this is no database/);
  writeFileSync(database, whole);

  await postern.restart();
  expect((await postern.cli(['doctor'])).status).toBe(0);
  await postern.remove();
});
