import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ComponentRow, credentialFile, inOrder, showComponent } from '../helpers/component-files.ts';
import { eventually, type Postern, startPostern } from '../helpers/postern.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import { ACCOUNTS, connectTo, keyOf, login, prepare } from '../helpers/walk.ts';

let postern: Postern;
let target: Target;
let identity: string;

beforeAll(async () => {
  [postern, target] = await Promise.all([startPostern({ whole: true }), startTarget()]);
  await prepare(postern, target);
  identity = await keyOf(postern, 'alice');
});
afterAll(async () => {
  await postern?.remove();
  await target?.stop();
});

test('credential files change while sessions and logins go on', async () => {
  const screen = await login(postern, 'alice', { identity });
  await connectTo(screen, 'admin60');
  for (const component of ['PVWAApp', 'PVWAGW', 'PSMApp', 'PSMGW', 'PSMAdminConnect']) {
    const before = (await showComponent(postern, component)).rotatedAt;
    const row = await postern.json<ComponentRow>(['credfile', 'rotate', component]);
    expect(row.state).toBe('good');
    expect(row.rotatedAt > before).toBe(true);
  }
  screen.type('echo still-$((40+2))\r');
  await screen.output('still-42\r\n');
  const second = await login(postern);
  second.press('ctrl-q');
  // who starts now reads the new files
  for (const pid of [...postern.pids('recorder'), ...postern.pids('monitor')]) process.kill(pid, 'SIGKILL');
  await inOrder(postern, 'PSMApp');
  await inOrder(postern, 'PSMAdminConnect');
  screen.type('exit\r');
  await screen.sees(ACCOUNTS);
  screen.press('ctrl-q');
  await screen.exited;
  const audit = await postern.cli(['audit', 'export']);
  expect(audit.stdout.match(/credentialRotated/g)).toHaveLength(5);
  expect(readdirSync(credentialFile(postern, 'portal', '.')).toSorted()).toEqual([
    'appuser.entropy',
    'appuser.ini',
    'gwuser.entropy',
    'gwuser.ini',
  ]);
});

test('kill -9 of the vault and the portals in the middle of a rotation, over and over', async () => {
  for (const role of ['vault', 'portal', 'vault'] as const) {
    const rotation = postern.cli(['credfile', 'rotate', 'PVWAGW']);
    for (const pid of postern.pids(role)) process.kill(pid, 'SIGKILL');
    await rotation;
    await eventually(
      'the vault to answer',
      async () => (await postern.cli(['credfile', 'show'])).status === 0,
    );
    await inOrder(postern, 'PVWAGW', 2);
  }
  const screen = await login(postern);
  screen.press('ctrl-q');
  await screen.exited;
});

test('passwords that are old change by themselves', { timeout: 90_000 }, async () => {
  await postern.stop();
  const database = new DatabaseSync(join(postern.home, 'vault/vault.db'));
  database.exec('update components set rotated_at = 0');
  database.close();
  await postern.restart();
  await eventually(
    'all to be rotated',
    async () =>
      (await postern.json<ComponentRow[]>(['credfile', 'show'])).every(
        ({ rotatedAt, state }) => !rotatedAt.startsWith('1970') && state === 'good',
      ),
    30,
  );
  const screen = await login(postern, 'alice', { identity });
  screen.press('ctrl-q');
  await screen.exited;
});
