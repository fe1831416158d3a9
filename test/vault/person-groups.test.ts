/** Groups, and the rights, groups and hours of others, as people manage them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { VAULT_RIGHTS, type VaultRight } from '#/domain/permission.js';
import { type Client, client, logIn, portal, type Running, startVault } from './in-process.ts';

let running: Running;
let desk: Client;
let door: Client;

beforeAll(async () => {
  running = await startVault();
  desk = client(running, 'admin');
  door = await portal(running);
  await user('plain');
  await desk.ask('admin.group.add', { name: 'Operators' });
});
afterAll(() => running.stop());

async function user(name: string, rights: readonly VaultRight[] = [], groups: readonly string[] = []) {
  await desk.ask(
    'admin.user.add',
    { name, groups: [...groups], mustChange: false, rights: [...rights], expiresAt: null, logonHours: null },
    Buffer.from('pa55word'),
  );
  return await logIn(door, name, 'pa55word');
}
const row = async (name: string) => (await desk.ask('admin.user.list', {})).find((one) => one.name === name);
const membersOf = async (name: string) =>
  (await desk.ask('admin.group.list', {})).find((one) => one.name === name)?.members;
const lastAudit = async () =>
  (await desk.ask('admin.audit.list', { after: 0, limit: 1, newestFirst: true }))[0];

test('whoever makes a group is in it and may put others there, but not himself into another one', async () => {
  const ticket = await user('maker', ['addUpdateUsers']);
  await door.ask('person.group.add', { ticket, name: 'Makers' });
  expect(await membersOf('Makers')).toEqual(['maker']);
  expect(await door.refused('person.group.add', { ticket, name: 'makers' })).toMatchObject({
    code: 'ALREADY_EXISTS',
  });
  await door.ask('person.group.member', { ticket, group: 'Makers', user: 'plain', present: true });
  expect(await lastAudit()).toMatchObject({
    action: 'groupChanged',
    actor: 'maker',
    gateway: 'PVWAGW',
    from: '192.0.2.7',
    target: 'Makers',
    detail: 'added member plain',
  });
  for (const group of ['Operators', 'Auditors', 'Vault Admins'])
    expect(
      await door.refused('person.group.member', { ticket, group, user: 'plain', present: true }),
    ).toMatchObject({ code: 'DENIED' });
  expect(
    await door.refused('person.group.member', { ticket, group: 'Makers', user: 'maker', present: false }),
  ).toMatchObject({ code: 'DENIED', message: expect.stringContaining('his own user') as string });
  await door.ask('person.group.set', { ticket, name: 'Makers', secondFactor: 'required' });
  expect((await row('plain'))?.secondFactor.policy).toBe('required');
  // nor is anybody freed of it one by one, whichever way
  expect(
    await door.refused('person.group.member', { ticket, group: 'Makers', user: 'plain', present: false }),
  ).toMatchObject({ code: 'DENIED', message: expect.stringContaining('second factor') as string });
  expect(await door.refused('person.user.set', { ticket, name: 'plain', groups: [] })).toMatchObject({
    code: 'DENIED',
    message: expect.stringContaining('second factor') as string,
  });
  expect(await membersOf('Makers')).toContain('plain');
  // he is in it: he would take it from himself
  for (const less of ['optional', 'off'] as const)
    expect(
      await door.refused('person.group.set', { ticket, name: 'Makers', secondFactor: less }),
    ).toMatchObject({ code: 'DENIED' });
  expect(await door.refused('person.group.delete', { ticket, name: 'Makers' })).toMatchObject({
    code: 'DENIED',
  });
  await desk.ask('admin.group.set', { name: 'Makers', secondFactor: 'optional' });
  expect(await door.refused('person.group.delete', { ticket, name: 'Operators' })).toMatchObject({
    code: 'DENIED',
  });
  await door.ask('person.group.delete', { ticket, name: 'Makers' });
  expect(await membersOf('Makers')).toBeUndefined();
});

test('nobody is freed of a second factor by being put where none is asked', async () => {
  const ticket = await user('quiet', ['addUpdateUsers'], ['Operators']);
  await desk.ask('admin.group.set', { name: 'Operators', secondFactor: 'off' });
  const freed = { code: 'DENIED', message: expect.stringContaining('second factor') as string };
  expect(
    await door.refused('person.group.member', { ticket, group: 'Operators', user: 'plain', present: true }),
  ).toMatchObject(freed);
  expect(
    await door.refused('person.user.set', { ticket, name: 'plain', groups: ['Operators'] }),
  ).toMatchObject(freed);
  expect((await row('plain'))?.secondFactor.policy).toBe('optional');
  await desk.ask('admin.group.set', { name: 'Operators', secondFactor: 'optional' });
});

test('who holds every right manages every group, is not put into those he makes, and deletes none that is built in', async () => {
  const ticket = await user('chief', VAULT_RIGHTS);
  await door.ask('person.group.add', { ticket, name: 'Made by the chief' });
  expect(await membersOf('Made by the chief')).toEqual([]);
  await door.ask('person.group.member', { ticket, group: 'Auditors', user: 'plain', present: true });
  expect(await membersOf('Auditors')).toContain('plain');
  await door.ask('person.group.member', { ticket, group: 'Auditors', user: 'plain', present: false });
  expect(await door.refused('person.group.delete', { ticket, name: 'Auditors' })).toMatchObject({
    code: 'DENIED',
    message: expect.stringContaining('built in') as string,
  });
});

test('an auditor sees groups and changes none', async () => {
  const ticket = await user('looker', ['auditUsers'], ['Operators']);
  expect((await door.ask('person.groups', { ticket })).map(({ name }) => name)).toContain('Operators');
  expect(
    await door.refused('person.group.member', { ticket, group: 'Operators', user: 'plain', present: true }),
  ).toMatchObject({ code: 'DENIED' });
});

test("a user's groups are set as a whole, or not at all", async () => {
  const ticket = await user('mover', ['addUpdateUsers'], ['Operators']);
  await door.ask('person.group.add', { ticket, name: 'Second' });
  const set = (groups: readonly string[]) => ({ ticket, name: 'plain', groups: [...groups] });
  await door.ask('person.user.set', set(['Operators', 'Second']));
  expect((await row('plain'))?.groups.toSorted()).toEqual(['Operators', 'Second']);
  for (const groups of [['Second', 'Auditors'], ['Nobody knows it'], ['Operators', 'Vault Admins']])
    expect((await door.refused('person.user.set', set(groups))).code).toMatch(/DENIED|NOT_FOUND/);
  expect((await row('plain'))?.groups.toSorted()).toEqual(['Operators', 'Second']);
  await door.ask('person.user.set', set([]));
  expect((await row('plain'))?.groups).toEqual([]);
});

test('nobody gives or takes rights that are not his own; hours and expiry count at once', async () => {
  const ticket = await user('giver', ['addUpdateUsers', 'addSafes']);
  const give = (name: string, rights: readonly VaultRight[]) => ({ ticket, name, rights: [...rights] });
  await door.ask('person.user.set', give('plain', ['addSafes']));
  expect(await row('plain')).toMatchObject({ rights: ['addSafes'], ownRights: ['addSafes'] });
  expect(await lastAudit()).toMatchObject({ actor: 'giver', target: 'plain', detail: 'rights: addSafes' });
  expect(await door.refused('person.user.set', give('plain', ['auditUsers']))).toMatchObject({
    code: 'DENIED',
  });
  await user('above', ['auditUsers']);
  expect(await door.refused('person.user.set', give('above', []))).toMatchObject({ code: 'DENIED' });
  expect(await door.refused('person.user.set', give('giver', VAULT_RIGHTS))).toMatchObject({
    code: 'DENIED',
  });
  expect((await row('above'))?.rights).toEqual(['auditUsers']);
  await door.ask('person.user.set', give('plain', []));
  expect((await row('plain'))?.rights).toEqual([]);

  const plain = await logIn(door, 'plain', 'pa55word');
  await door.ask('person.user.set', { ticket, name: 'plain', expiresAt: Date.now() - 1000 });
  expect(await door.refused('person.accounts', { ticket: plain })).toMatchObject({ code: 'NOT_LOGGED_IN' });
  await door.ask('person.user.set', { ticket, name: 'plain', expiresAt: null });
  expect(
    await door.refused('person.user.set', { ticket, name: 'plain', logonHours: 'whenever' }),
  ).toMatchObject({ code: 'BAD_INPUT' });
  await logIn(door, 'plain', 'pa55word');
});
