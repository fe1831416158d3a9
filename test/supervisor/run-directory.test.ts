import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runPaths } from '#/contract/sockets.js';
import { levelOf, tryIsolation } from '#/supervisor/isolation.js';
import { makeRunDirectory, openSessions } from '#/supervisor/run-directory.js';

/** Accounts as they are on a host: nobody here is root, or in root's group. */
const SESSION = { name: 'psmconnect', uid: 64055, gid: 64055 };
const PORTAL = 64056;
const SHADOW = 2_000_999;

const boxed = process.getuid?.() === 0 && existsSync('/usr/bin/bwrap');
describe.runIf(boxed)('the sockets of sessions', () => {
  let folder: string;
  let run: string;
  let server: Server;
  beforeEach(async () => {
    folder = mkdtempSync('/run/pt-');
    chmodSync(folder, 0o755);
    run = join(folder, 'run');
    for (const name of ['home', 'recordings']) mkdirSync(join(folder, name));
    makeRunDirectory(
      {
        run,
        home: join(folder, 'home'),
        recordings: join(folder, 'recordings'),
        installation: resolve(import.meta.dirname, '../..'),
        masterKey: null,
      },
      { namespace: false, root: true, session: SESSION },
    );
    // as a session host makes them, for a session whose id anybody can read in the list of processes
    const directory = join(runPaths(run).sessions, 'n0123456789abcdefghjk');
    mkdirSync(directory);
    chmodSync(directory, 0o711);
    server = createServer((socket) => socket.end('the secret'));
    await new Promise<void>((listening) => server.listen(join(directory, 'ask'), listening));
    chmodSync(join(directory, 'ask'), 0o666);
  });
  afterEach(async () => {
    await new Promise((closed) => server.close(closed));
    rmSync(folder, { recursive: true, force: true });
  });
  /** What connecting gives to a uid without groups. */
  function reach(uid: number): string {
    const path = join(runPaths(run).sessions, 'n0123456789abcdefghjk/ask');
    const script = `require('node:fs').accessSync(${JSON.stringify(path)}, 2)`;
    const identity = [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--no-new-privs'];
    try {
      execFileSync('setpriv', [...identity, '--', '/usr/bin/env', '-i', process.execPath, '-e', script], {
        stdio: 'pipe',
      });
      return 'open';
    } catch (error) {
      return /EACCES/.exec(String((error as { stderr?: Buffer }).stderr))?.[0] ?? String(error);
    }
  }

  it('are for session hosts only, and boxes of level 3 start all the same', async () => {
    const trials = await tryIsolation({ run, session: SESSION, uid: SHADOW, gid: SHADOW });
    expect(levelOf(trials)).toBe(3);
    expect(statSync(runPaths(run).sessions).mode & 0o7777).toBe(0o710);
    expect(reach(PORTAL)).toBe('EACCES');
    expect(reach(SHADOW)).toBe('EACCES');
    expect(reach(SESSION.uid)).toBe('open');
  }, 30_000);

  it('can be reached by shadow uids where no box is built for them', () => {
    openSessions(runPaths(run).sessions);
    expect(reach(SHADOW)).toBe('open');
  }, 30_000);
});
