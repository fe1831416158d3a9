import { expect, test } from 'vitest';
import type { UserRow } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import type { VaultRight } from '#/domain/permission.js';
import { alice, FACTOR, NOW } from '../fake-services.ts';
import { mount } from '../mount.ts';

const person = (...rights: readonly VaultRight[]) => ({ ...alice, person: { ...alice.person, rights } });
const bob: UserRow = {
  ...{ id: 'u1', directory: null, name: 'bob', groups: ['Operators'], rights: [], disabled: false },
  ...{
    expiresAt: null,
    logonHours: null,
    mustChangePassword: false,
    lockedUntil: NOW + 60_000,
    ownRights: [],
  },
  ...{ hasPassword: true, publicKeys: [], secondFactor: FACTOR },
};
const users = () => Promise.resolve(done([bob]));

test.each([
  [60, 20],
  [80, 24],
  [200, 50],
])('a user is added and unlocked at %ix%i; a refusal loses nothing', async (columns, rows) => {
  const asked: unknown[] = [];
  const { terminal } = mount({
    loggedIn: person('addUpdateUsers', 'activateUsers'),
    columns,
    rows,
    services: {
      users,
      addUser: (wanted, password) => {
        asked.push([wanted, password.toString()]);
        return Promise.resolve(
          asked.length === 1 ? failed(failure('PASSWORD_TOO_WEAK', 'it is short.')) : done(null),
        );
      },
      activateUser: (name) => {
        asked.push(name);
        return Promise.resolve(done(null));
      },
    },
  });
  await terminal.sees('web1');
  terminal.press('ctrl-p');
  await terminal.sees(/bob +locked +Operators/);
  terminal.press('ctrl-a');
  await terminal.sees('A new user');
  terminal.type('carol');
  await terminal.sees('carol_');
  terminal.press('tab');
  terminal.type('One, Two');
  await terminal.sees('One, Two_');
  terminal.press('tab');
  terminal.type('pw');
  await terminal.sees(/Password +•{2}_/);
  terminal.press('tab');
  terminal.type('pw');
  await terminal.sees(/Again +•{2}_/);
  terminal.press('enter');
  await terminal.sees('it is short');
  terminal.press('enter');
  await terminal.sees('User carol is added.');
  terminal.press('enter');
  await terminal.sees('Enable and unlock');
  terminal.press('enter');
  await terminal.sees('May log in again.');
  terminal.press('enter');
  await terminal.sees('User bob is enabled and unlocked.');
  const wanted = { name: 'carol', groups: ['One', 'Two'] };
  expect(asked).toEqual([[wanted, 'pw'], [wanted, 'pw'], 'bob']);
});

test('who may not manage users is not offered to, or reads what is missing', async () => {
  const { terminal } = mount();
  await terminal.sees('web1');
  terminal.press('ctrl-p');
  terminal.type('x');
  expect(await terminal.sees('> x_')).toContain('[Accounts]');
  const auditor = mount({ loggedIn: person('auditUsers'), services: { users } }).terminal;
  await auditor.sees('web1');
  auditor.press('ctrl-p');
  await auditor.sees(/bob +locked/);
  auditor.press('ctrl-a');
  await auditor.sees('the right addUpdateUsers is missing');
  auditor.press('enter');
  await auditor.sees('You may not: the right activateUsers is missing.');
});
