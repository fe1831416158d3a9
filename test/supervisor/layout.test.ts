import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ProcessRole, SERVICE_USERS } from '#/contract/sockets.js';
import type { ServiceAccount, ServiceAccounts } from '#/house/service-accounts.js';
import { layoutOf, makeLayout } from '#/supervisor/layout.js';

const roles = Object.keys(SERVICE_USERS) as ProcessRole[];
const accounts = Object.fromEntries(
  roles.map((role, n): [string, ServiceAccount] => [role, { name: role, uid: 64_110 + n, gid: 64_210 + n }]),
) as ServiceAccounts;

test('nobody but session hosts and the recorder comes into the spool, and only the recorder lists it', () => {
  const spool = layoutOf('/h', '/r', accounts).find(({ path }) => path === '/h/spool');
  expect(spool).toMatchObject({ uid: accounts.recorder.uid, gid: accounts.session.gid, mode: 0o1730 });
  expect(layoutOf('/h', '/r', null).find(({ path }) => path === '/h/spool')?.mode).toBe(0o700);
});

test.runIf(process.getuid?.() === 0)(
  'a spool of the first releases is closed, and keeps what waits in it',
  () => {
    const home = mkdtempSync(join(tmpdir(), 'layout-'));
    try {
      const spool = join(home, 'spool');
      mkdirSync(spool);
      chmodSync(spool, 0o3733);
      writeFileSync(join(spool, 'a.tape'), 'waits');
      makeLayout(layoutOf(home, join(home, 'recordings'), accounts), true);
      const { uid, gid, mode } = statSync(spool);
      expect([uid, gid, mode & 0o7777]).toEqual([accounts.recorder.uid, accounts.session.gid, 0o1730]);
      expect(statSync(join(spool, 'a.tape')).size).toBe(5);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  },
);
