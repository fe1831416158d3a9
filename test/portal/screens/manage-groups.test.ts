import { expect, test } from 'vitest';
import type { GroupRow, UserRow } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { VAULT_RIGHTS, type VaultRight } from '#/domain/permission.js';
import { withoutGroup } from '#/portal/screens/groups/group-acts.js';
import { readMoment } from '#/portal/times.js';
import { alice, FACTOR } from '../fake-services.ts';
import { mount } from '../mount.ts';

const person = (...rights: readonly VaultRight[]) => ({
  ...alice,
  person: { ...alice.person, rights },
});
const group = (name: string, members: readonly string[], builtIn = false): GroupRow => ({
  ...{ id: name, name, builtIn, members, rights: [], secondFactor: 'optional' },
});
const GROUPS = [group('Operators', ['alice', 'bob']), group('Auditors', [], true)];
const bob: UserRow = {
  ...{ id: 'u1', directory: null, name: 'bob', groups: ['Operators'], rights: ['addSafes'], disabled: false },
  ...{
    expiresAt: null,
    logonHours: null,
    mustChangePassword: false,
    lockedUntil: null,
    ownRights: ['addSafes'],
  },
  ...{ hasPassword: true, publicKeys: [], secondFactor: FACTOR },
};
const users = () => Promise.resolve(done([bob]));
const groups = () => Promise.resolve(done(GROUPS));

test.each([
  [60, 20],
  [80, 24],
  [200, 50],
])('a group is made, given a member, and deleted by its name at %ix%i', async (columns, rows) => {
  const asked: unknown[] = [];
  const { terminal } = mount({
    loggedIn: person('addUpdateUsers'),
    columns,
    rows,
    services: {
      users,
      groups,
      addGroup: (name) => {
        asked.push(['add', name]);
        return Promise.resolve(
          asked.length === 1 ? failed(failure('ALREADY_EXISTS', `Group ${name}`)) : done(null),
        );
      },
      putInGroup: (...args) => {
        asked.push(args);
        return Promise.resolve(done(null));
      },
      setGroup: (...args) => {
        asked.push(args);
        return Promise.resolve(done(null));
      },
      deleteGroup: (name) => {
        asked.push(['delete', name]);
        return Promise.resolve(done(null));
      },
    },
  });
  await terminal.sees('web1');
  terminal.press('ctrl-p');
  await terminal.sees(/bob +active +Operators/);
  terminal.press('ctrl-g');
  await terminal.sees(/Operators +2 +optional/);
  terminal.press('ctrl-a');
  await terminal.sees('A new group');
  terminal.type('Storage');
  await terminal.sees('Storage_');
  terminal.press('enter');
  await terminal.sees('Group Storage exists already');
  terminal.press('enter');
  await terminal.sees('Group Storage is made.');
  terminal.type('oper');
  await terminal.sees('> oper_');
  terminal.press('enter');
  await terminal.sees('Add a member');
  terminal.press('enter');
  await terminal.sees('Whoever is in it');
  terminal.press('enter');
  await terminal.sees('Type the name of a user.');
  terminal.type('carol');
  terminal.press('enter');
  await terminal.sees('carol is in Operators.');

  const open = async (label: string, steps: number) => {
    terminal.press('enter');
    await terminal.sees('Add a member');
    for (let n = 0; n < steps; n += 1) terminal.press('down');
    await terminal.sees(new RegExp(`[>›]\\s+${label}`));
    terminal.press('enter');
  };
  await open('Remove a member', 1);
  await terminal.sees('< alice >');
  terminal.press('right');
  await terminal.sees('< bob >');
  terminal.press('enter');
  await terminal.sees('bob is no longer in Operators.');
  await open('Say what it asks at a login', 2);
  await terminal.sees('< optional >');
  terminal.press('right');
  terminal.press('right');
  await terminal.sees('< required >');
  terminal.press('enter');
  await terminal.sees('The second factor of Operators is required.');
  await open('Delete it', 3);
  await terminal.sees('Type Operators to delete it.');
  terminal.type('Oper');
  terminal.press('enter');
  await terminal.sees('nothing is deleted');
  terminal.type('ators');
  terminal.press('enter');
  await terminal.sees('Group Operators is deleted.');
  expect(asked).toEqual([
    ['add', 'Storage'],
    ['add', 'Storage'],
    ['Operators', 'carol', true],
    ['Operators', 'bob', false],
    ['Operators', 'required'],
    ['delete', 'Operators'],
  ]);
});

test("a user's groups, rights, end and hours are changed; what is wrong is said before the vault is asked", async () => {
  const asked: unknown[] = [];
  const { terminal } = mount({
    loggedIn: person('addUpdateUsers'),
    services: {
      users,
      setUser: (name, change) => {
        asked.push([name, change]);
        return Promise.resolve(done(null));
      },
    },
  });
  await terminal.sees('web1');
  terminal.press('ctrl-p');
  const open = async (label: string, steps: number) => {
    await terminal.sees(/bob +active/);
    terminal.press('enter');
    await terminal.sees('Enable and unlock');
    for (let n = 0; n < steps; n += 1) terminal.press('down');
    await terminal.sees(new RegExp(`[>›]\\s+${label}`));
    terminal.press('enter');
  };
  await open('Change the groups', 6);
  await terminal.sees('Operators_');
  terminal.type(', Second');
  terminal.press('enter');
  await terminal.sees('User bob has other groups.');
  await open('Change the rights', 7);
  await terminal.sees(/addUpdateUsers +< no >/);
  terminal.press('right');
  await terminal.sees(/addUpdateUsers +< yes >/);
  terminal.press('ctrl-s');
  await terminal.sees('User bob has other rights.');
  await open('Set an end', 8);
  terminal.type('2027-02-31');
  terminal.press('enter');
  await terminal.sees('That is no date');
  terminal.press('ctrl-u');
  terminal.type('2027-02-28');
  terminal.press('enter');
  await terminal.sees('User bob has another end.');
  await open('Set logon hours', 9);
  terminal.type('Mon-Fri 08:00-18:00');
  terminal.press('enter');
  await terminal.sees('User bob has other logon hours.');
  expect(asked).toEqual([
    ['bob', { groups: ['Operators', 'Second'] }],
    ['bob', { rights: ['addUpdateUsers', 'addSafes'] }],
    ['bob', { expiresAt: Date.UTC(2027, 2, 1) }],
    ['bob', { logonHours: 'Mon-Fri 08:00-18:00' }],
  ]);
});

test('who only looks reads what is missing', async () => {
  const { terminal } = mount({ loggedIn: person('auditUsers'), services: { users, groups } });
  await terminal.sees('web1');
  terminal.press('ctrl-p');
  await terminal.sees(/bob +active/);
  terminal.press('ctrl-g');
  await terminal.sees(/Operators +2/);
  terminal.press('ctrl-a');
  await terminal.sees('the right addUpdateUsers is missing');
  terminal.press('enter');
  await terminal.sees('You may not: the right addUpdateUsers is missing.');
});

test('what keeps somebody from a group', () => {
  const me = { rights: ['addUpdateUsers'] as const, user: 'bob' };
  const [operators, auditors] = GROUPS;
  if (operators === undefined || auditors === undefined) throw new Error('no groups');
  expect(withoutGroup('add', operators, me)).toBeNull();
  expect(withoutGroup('add', auditors, me)).toBe('you are not in Auditors yourself.');
  const chief = { rights: VAULT_RIGHTS, user: 'chief' };
  expect(withoutGroup('add', auditors, chief)).toBeNull();
  expect(withoutGroup('delete', auditors, chief)).toBe('group Auditors is built in.');
  expect(withoutGroup('remove', auditors, chief)).toBe('nobody is in it.');
  expect(withoutGroup('add', operators, { rights: [], user: 'bob' })).toMatch(/addUpdateUsers/);
});

test.each([
  ['2027-01-31', Date.UTC(2027, 1, 1)],
  ['2027-01-31 18:05', Date.UTC(2027, 0, 31, 18, 5)],
  ['2027-02-29', null],
  ['2027-01-31 24:00', null],
  ['31.1.2027', null],
  ['', null],
])('the moment "%s"', (typed, at) => {
  expect(readMoment(typed)).toBe(at);
});
