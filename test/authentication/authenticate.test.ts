import { beforeAll, expect, test } from 'vitest';
import type { Attempts } from '#/authentication/attempts.js';
import { NO_ATTEMPTS } from '#/authentication/attempts.js';
import { authenticate, type UserRecord, type UserRecords } from '#/authentication/authenticate.js';
import { hashPassword } from '#/authentication/password.js';
import { makeId } from '#/domain/ids.js';

const NOW = Date.UTC(2026, 10, 23, 9, 30);
let alice: UserRecord;

beforeAll(async () => {
  alice = {
    id: makeId('user', Buffer.alloc(20, 1)),
    name: 'alice',
    passwordHash: await hashPassword(Buffer.from('right password'), Buffer.alloc(16, 1)),
    disabled: false,
    expiresAt: null,
    logonHours: null,
    mustChangePassword: false,
    codeIsNext: false,
    rights: [],
    groups: [],
    publicKeys: [],
  };
});

function records(user: UserRecord | null): UserRecords & { saved: Map<string, Attempts> } {
  const saved = new Map<string, Attempts>();
  return {
    saved,
    findUser: (name) => Promise.resolve(user?.name.toLowerCase() === name.toLowerCase() ? user : null),
    attempts: (name, from) => Promise.resolve(saved.get(`${name} ${from}`) ?? NO_ATTEMPTS),
    saveAttempts: (name, from, attempts) => {
      saved.set(`${name} ${from}`, attempts);
      return Promise.resolve();
    },
  };
}

const login = (store: UserRecords, user: string, password: string, from = '192.0.2.1', now = NOW) =>
  authenticate(
    { user, from, address: from, evidence: { kind: 'password', password: Buffer.from(password) } },
    store,
    { now, authorities: [] },
  );

test('the right password is let in, whatever the case of the name', async () => {
  const outcome = await login(records(alice), 'Alice', 'right password');
  expect(outcome).toMatchObject({
    kind: 'in',
    identity: { user: 'alice', method: 'password' },
    mustChange: false,
  });
});

test('every refusal says the same words', async () => {
  const cases: [UserRecord | null, string, string, string][] = [
    [alice, 'alice', 'wrong', 'wrong-password'],
    [alice, 'alice', '', 'wrong-password'],
    [null, 'nobody', 'right password', 'no-such-user'],
    [null, '../x', 'right password', 'bad-name'],
    [{ ...alice, disabled: true }, 'alice', 'right password', 'disabled'],
    [{ ...alice, expiresAt: NOW }, 'alice', 'right password', 'expired'],
    [{ ...alice, logonHours: 'Sun 00:00-24:00' }, 'alice', 'right password', 'outside-hours'],
    [{ ...alice, passwordHash: null }, 'alice', '', 'wrong-password'],
  ];
  for (const [user, name, password, reason] of cases) {
    const outcome = await login(records(user), name, password);
    expect(outcome).toMatchObject({
      kind: 'refused',
      reason,
      failure: { code: 'LOGIN_REFUSED', message: 'Login failed.' },
    });
  }
});

test('five failures make one wait, and only where they came from', async () => {
  const store = records(alice);
  for (let i = 0; i < 5; i += 1) await login(store, 'alice', 'wrong');
  expect(await login(store, 'alice', 'right password')).toMatchObject({
    kind: 'refused',
    reason: 'throttled',
    failure: { code: 'LOGIN_THROTTLED' },
  });
  expect(await login(store, 'alice', 'right password', '198.51.100.7')).toMatchObject({ kind: 'in' });
  expect(await login(store, 'alice', 'right password', '192.0.2.1', NOW + 6_000)).toMatchObject({
    kind: 'in',
  });
  expect(store.saved.get('alice 192.0.2.1')).toEqual(NO_ATTEMPTS);
});
