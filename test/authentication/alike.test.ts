import { createHook } from 'node:async_hooks';
import { beforeAll, expect, test } from 'vitest';
import { type Attempts, afterFailure, NO_ATTEMPTS } from '#/authentication/attempts.js';
import { authenticate, type UserRecord } from '#/authentication/authenticate.js';
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

/** What a refused login costs: derivations of a key, which are nearly all of its time, and what the store is asked. */
async function costOf(user: UserRecord | null, password: string, before: Attempts = NO_ATTEMPTS) {
  const asked: string[] = [];
  const answer = <T>(what: string, value: T): Promise<T> => {
    asked.push(what);
    return Promise.resolve(value);
  };
  const records = {
    findUser: () => answer('user', user),
    attempts: () => answer('attempts', before),
    saveAttempts: () => answer('save', undefined),
  };
  let derivations = 0;
  const hook = createHook({
    init: (_id, type) => void (derivations += /argon2/i.test(type) ? 1 : 0),
  }).enable();
  const outcome = await authenticate(
    {
      user: 'alice',
      from: '192.0.2.1',
      address: '192.0.2.1',
      evidence: { kind: 'password', password: Buffer.from(password) },
    },
    records,
    { now: NOW, authorities: [] },
  );
  hook.disable();
  const said = outcome.kind === 'refused' ? `${outcome.failure.code} ${outcome.failure.message}` : 'in';
  return { derivations, asked: asked.join(' '), said };
}

test('whatever the cause, a refused password costs one derivation, asks the same and says the same', async () => {
  const wanted = { derivations: 1, asked: 'attempts user save', said: 'LOGIN_REFUSED Login failed.' };
  expect(await costOf(alice, 'wrong')).toEqual(wanted);
  expect(await costOf(null, 'wrong'), 'nobody').toEqual(wanted);
  expect(await costOf({ ...alice, passwordHash: null }, 'wrong'), 'without a password').toEqual(wanted);
  for (const barred of [{ disabled: true }, { expiresAt: NOW }, { logonHours: 'Sun 00:00-24:00' }])
    expect(await costOf({ ...alice, ...barred }, 'right password'), JSON.stringify(barred)).toEqual(wanted);
});

test('whoever has to wait is told so at once, whether he exists or not', async () => {
  let locked = NO_ATTEMPTS;
  for (let i = 0; i < 5; i += 1) locked = afterFailure(locked, NOW);
  const known = await costOf(alice, 'right password', locked);
  expect(known).toEqual({
    derivations: 0,
    asked: 'attempts',
    said: 'LOGIN_THROTTLED Too many failed logins.',
  });
  expect(await costOf(null, 'right password', locked)).toEqual(known);
});
