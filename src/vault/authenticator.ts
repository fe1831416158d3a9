import { NO_ATTEMPTS } from '#/authentication/attempts.js';
import { authenticate, barred, type UserRecord, type UserRecords } from '#/authentication/authenticate.js';
import { parseLogonHours } from '#/authentication/logon-hours.js';
import { hashPassword } from '#/authentication/password.js';
import { checkNewPassword } from '#/authentication/password-rules.js';
import { parsePublicKey } from '#/authentication/public-key.js';
import { countedSource } from '#/authentication/source.js';
import { failure } from '#/domain/failure.js';
import type { Authentication, LoginQuestion } from './authentication.js';
import { createGate, createLanes } from './gate.js';
import type { User } from './records/people.js';
import type { Store } from './records/records.js';

/** 64 MiB each: more at once and a flood of logins fills the memory. */
const DERIVATIONS = 2;
/** Logins that may wait for their turn; one takes about 0.3 s. */
const WAITING = 100;
const FORGET = 24 * 60 * 60_000;

/** The room that knows people apart, with the store behind it and bounds on what it costs. */
export function authenticator(options: {
  readonly store: Store;
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
}): Authentication {
  const { store, now, random } = options;
  const records = recordsFor(store, now);
  const gate = createGate(DERIVATIONS, WAITING);
  // one try after the other for a name from one source, or many at once would all count as the first
  const lanes = createLanes();
  return {
    async login(question) {
      const tried = await lanes(`${question.user.toLowerCase()}\n${countedSource(question.from)}`, () =>
        gate(() => authenticate(evidence(question), records, now())),
      );
      if (tried === null)
        return {
          kind: 'refused',
          reason: 'too many logins at once',
          failure: failure('LOGIN_THROTTLED', 'a moment'),
        };
      return tried;
    },
    barred: (user) => barred(userRecord(user), now()),
    async hash(password) {
      const hashed = await gate(() => hashPassword(password, random(16)));
      if (hashed === null) throw new Error('too many logins at once');
      return hashed;
    },
    checkNewPassword,
    readPublicKey: parsePublicKey,
    validHours: (text) => parseLogonHours(text) !== null,
  };
}

function evidence({ user, from, evidence: given }: LoginQuestion): Parameters<typeof authenticate>[0] {
  return { user, from: countedSource(from), evidence: given };
}

function recordsFor(store: Store, now: () => number): UserRecords {
  return {
    async findUser(name) {
      const user = await store.transaction(({ people }) => people.userByName(name));
      return user === null ? null : userRecord(user);
    },
    attempts: async (name, from) =>
      (await store.transaction(({ people }) => people.failedLogins(name, from))) ?? NO_ATTEMPTS,
    saveAttempts: (name, from, attempts) =>
      store.transaction(({ people }) => people.saveFailedLogins(name, from, attempts, now() - FORGET)),
  };
}

function userRecord(user: User): UserRecord {
  const {
    id,
    name,
    passwordHash,
    disabled,
    expiresAt,
    logonHours,
    mustChangePassword,
    rights,
    groups,
    publicKeys,
  } = user;
  return {
    id,
    name,
    passwordHash,
    disabled,
    expiresAt,
    logonHours,
    mustChangePassword,
    rights,
    groups,
    publicKeys: publicKeys.map((key) => key.base64),
  };
}
