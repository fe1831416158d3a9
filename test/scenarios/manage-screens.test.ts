import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Postern, startPostern } from '../helpers/postern.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import {
  ACCOUNT_PASSWORD,
  ACCOUNTS,
  addPerson,
  connectTo,
  keyOf,
  knock,
  login,
  prepare,
  SAFE,
} from '../helpers/walk.ts';

let postern: Postern;
let target: Target;

beforeAll(async () => {
  [postern, target] = await Promise.all([startPostern(), startTarget()]);
  await prepare(postern, target);
});
afterAll(async () => {
  await postern?.remove();
  await target?.stop();
});

test('who may add accounts makes one on the screen and connects with it; who may not is told why', {
  timeout: 90_000,
}, async () => {
  target.addUser('deploy', ACCOUNT_PASSWORD);
  await addPerson(postern, 'keeper');
  await postern.json(['safe', 'member', 'add', SAFE, 'keeper', '--preset', 'AccountsManager']);
  const keeper = await login(postern, 'keeper', { identity: await keyOf(postern, 'keeper') });
  keeper.press('ctrl-a');
  await keeper.sees('A new account');
  keeper.type(`\r\rdeploy\r127.0.0.1\r${target.port}\r\r${ACCOUNT_PASSWORD}\r${ACCOUNT_PASSWORD}`);
  await keeper.sees(/Again +[•*]{24}_/);
  keeper.press('enter');
  expect(await keeper.sees(`deploy@127.0.0.1 is in ${SAFE}`)).not.toContain(ACCOUNT_PASSWORD);
  await connectTo(keeper, 'deploy');
  keeper.type('exit\r');
  await keeper.sees(ACCOUNTS);
  keeper.press('ctrl-q');
  await keeper.exited;

  const alice = await login(postern, 'alice', { identity: await keyOf(postern, 'alice') });
  alice.press('ctrl-a');
  await alice.sees('addAccounts is missing on every safe');
  alice.type('admin60');
  await alice.sees('> admin60_');
  alice.press('ctrl-x');
  await alice.sees(`You may not: renameAccounts on safe ${SAFE}`);
  alice.press('escape');
  await alice.sees(ACCOUNTS);
  alice.press('ctrl-q');
  await alice.exited;
});

test('an administrator adds a user on the screen, who then logs in', { timeout: 90_000 }, async () => {
  await addPerson(postern, 'boss', ['--right', 'addUpdateUsers']);
  const boss = await login(postern, 'boss', { identity: await keyOf(postern, 'boss') });
  boss.press('ctrl-p');
  await boss.sees(/boss +active/);
  boss.press('ctrl-a');
  await boss.sees('A new user');
  boss.type(`dana\r\r${ACCOUNT_PASSWORD}\r${ACCOUNT_PASSWORD}`);
  await boss.sees(/Again +[•*]{24}_/);
  boss.press('enter');
  await boss.sees('User dana is added.');
  boss.press('ctrl-g');
  await boss.sees(/Vault Admins +\d+ +optional/);
  boss.press('ctrl-a');
  await boss.sees('A new group');
  boss.type('Crew\r');
  await boss.sees('Group Crew is made.');
  boss.type('Crew');
  await boss.sees('> Crew_');
  boss.press('enter');
  await boss.sees('Add a member');
  boss.press('enter');
  await boss.sees('Whoever is in it');
  boss.type('dana\r');
  await boss.sees('dana is in Crew.');
  const groups = await postern.json<{ name: string; members: string[] }[]>(['group', 'list']);
  expect(groups.find(({ name }) => name === 'Crew')?.members).toEqual(['boss', 'dana']);
  const set = ['user', 'set', 'dana', '--right', 'addSafes', '--logon-hours', 'Mon-Sun 00:00-24:00'];
  expect(await postern.json([...set, '--expires', '2099-01-01T00:00:00Z'])).toMatchObject({
    ownRights: ['addSafes'],
    logonHours: 'Mon-Sun 00:00-24:00',
    expiresAt: '2099-01-01T00:00:00.000Z',
  });
  expect(await postern.cli(['user', 'set', 'dana', '--logon-hours', 'whenever'])).toMatchObject({
    status: 2,
  });
  expect(await postern.cli(['user', 'set', 'dana'])).toMatchObject({ status: 2 });
  expect(await postern.json(['user', 'set', 'dana', '--no-rights', '--expires', 'never'])).toMatchObject({
    ownRights: [],
    expiresAt: null,
  });
  boss.press('ctrl-q');
  await boss.exited;

  const dana = await knock(postern, 'dana');
  await dana.sees('Password');
  dana.type(ACCOUNT_PASSWORD).press('enter');
  await dana.sees('Choose a new password');
  dana.press('ctrl-q');
  await dana.exited;
});
