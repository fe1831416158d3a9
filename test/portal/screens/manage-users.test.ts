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

const KEYS = ['SHA256:first', 'SHA256:second'].map((fingerprint) => ({
  ...{ fingerprint, type: 'ssh-ed25519', comment: 'laptop', verifyRequired: false },
}));
const enrolled: UserRow = {
  ...bob,
  publicKeys: KEYS,
  secondFactor: { policy: 'required', enrolled: true, recoveryLeft: 7 },
};
test.each([
  [60, 20],
  [80, 24],
  [200, 50],
])("another person's second factor is reset, his keys come and go at %ix%i", async (columns, rows) => {
  const asked: unknown[] = [];
  const said = (...what: readonly unknown[]) => {
    asked.push(what);
    return Promise.resolve(done(null));
  };
  const { terminal } = mount({
    loggedIn: person('resetUsersPasswords', 'activateUsers'),
    columns,
    rows,
    services: {
      users: () => Promise.resolve(done([enrolled])),
      resetSecondFactor: (name) => said('reset', name),
      addUserKey: async (name, key) => {
        await said('add', name, key);
        return asked.length === 2
          ? failed(failure('BAD_INPUT', 'it is no public key.'))
          : done({ fingerprint: 'SHA256:new' });
      },
      removeUserKey: (name, fingerprint) => said('remove', name, fingerprint),
    },
  });
  await terminal.sees('web1');
  terminal.press('ctrl-p');
  await terminal.sees(/bob +locked/);
  if (columns === 200) {
    expect(await terminal.sees(/2nd factor +set up/)).toMatch(/SSH keys +SHA256:first laptop/);
  }
  /** The act is chosen by going down to it. */
  const act = async (label: string, place: number) => {
    terminal.press('enter');
    await terminal.sees('Reset the second factor');
    for (let n = 0; n < place; n += 1) terminal.press('down');
    await terminal.sees(new RegExp(`[>▸❯] +${label}`));
    terminal.press('enter');
  };
  await act('Reset the second factor', 2);
  await terminal.sees(/Where a group requires/);
  terminal.press('escape');
  await terminal.sees('Add an SSH key');
  expect(asked).toEqual([]);
  for (let n = 0; n < 2; n += 1) terminal.press('down');
  terminal.press('enter');
  await terminal.sees(/Where a group requires/);
  terminal.press('enter');
  await terminal.sees('User bob has no second factor any more.');
  const line = `ssh-rsa ${'A'.repeat(900)} bob`;
  await act('Add an SSH key', 3);
  await terminal.sees('Public key');
  terminal.press('enter');
  await terminal.sees('Paste a public key.');
  terminal.type(line);
  await terminal.sees('A bob_');
  terminal.press('enter');
  await terminal.sees('it is no public key');
  terminal.press('enter');
  await terminal.sees('User bob has another SSH key.');
  await act('Remove an SSH key', 4);
  await terminal.sees('SHA256:first');
  terminal.press('right');
  await terminal.sees('SHA256:second');
  terminal.press('enter');
  await terminal.sees('User bob has an SSH key less.');
  expect(asked).toEqual([
    ['reset', 'bob'],
    ['add', 'bob', line],
    ['add', 'bob', line],
    ['remove', 'bob', 'SHA256:second'],
  ]);
});

test('what there is not of another person is neither reset nor removed', async () => {
  const plain = { ...bob, secondFactor: { policy: 'optional', enrolled: false, recoveryLeft: 0 } } as const;
  const { terminal } = mount({
    loggedIn: person('activateUsers'),
    services: { users: () => Promise.resolve(done([plain])) },
  });
  await terminal.sees('web1');
  terminal.press('ctrl-p');
  await terminal.sees(/bob +locked/);
  terminal.press('enter');
  await terminal.sees('Reset the second factor');
  for (const why of [
    'resetUsersPasswords is missing',
    'there is none to reset',
    'resetUsersPasswords is missing',
  ]) {
    terminal.press('down');
    await terminal.sees(why);
  }
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
