import { afterFailure, mayTry, NO_ATTEMPTS } from '#/authentication/attempts.js';
import { authenticate, barred, type UserRecord, type UserRecords } from '#/authentication/authenticate.js';
import { parseLogonHours } from '#/authentication/logon-hours.js';
import { hashPassword } from '#/authentication/password.js';
import { checkNewPassword } from '#/authentication/password-rules.js';
import { parsePublicKey } from '#/authentication/public-key.js';
import { countedSource } from '#/authentication/source.js';
import { trustKey, verifyUserAuth } from '#/authentication/user-auth.js';
import { failure } from '#/domain/failure.js';
import { stepAfterLogin } from '#/domain/second-factor.js';
import type { Authentication, LoginQuestion, TryAnswer } from './authentication.js';
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
  /** base64 blobs of the keys whose user certificates count. */
  readonly authorities?: readonly string[];
}): Authentication {
  const { store, now, random, authorities = [] } = options;
  const records = recordsFor(store, now);
  const gate = createGate(DERIVATIONS, WAITING);
  // one try after the other for a name from one source, or many at once would all count as the first
  const lanes = createLanes();
  return {
    async login(question) {
      const tried = await lanes(laneOf(question.user, question.from), () =>
        gate(() => authenticate(evidence(question), records, { now: now(), authorities })),
      );
      if (tried === null)
        return {
          kind: 'refused',
          reason: 'too many logins at once',
          failure: failure('LOGIN_THROTTLED', 'a moment'),
        };
      return tried;
    },
    tryCode: ({ user, from }, isRight) =>
      lanes(laneOf(user, from), () =>
        tryCode({ name: user.toLowerCase(), source: countedSource(from), now: now() }, records, isRight),
      ),
    knowsKey: (user, key, from) =>
      barred(userRecord(user), now()) === null &&
      trustKey(key, user.publicKeys, { authorities, user: user.name, address: from, now: now() }).ok,
    proves({ user, from, evidence: given }, keys) {
      if (given.kind !== 'key') return null;
      // no authorities: a certificate is a user's of the vault, not a key of the directory
      const trusted = trustKey(given.key, keys, { authorities: [], user, address: from, now: now() });
      return trusted.ok && verifyUserAuth(given, given.signedUser ?? user, trusted) ? trusted.how : null;
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

function laneOf(user: string, from: string): string {
  return `${user.toLowerCase()}\n${countedSource(from)}`;
}

async function tryCode(
  { name, source, now }: { readonly name: string; readonly source: string; readonly now: number },
  records: UserRecords,
  isRight: () => Promise<boolean>,
): Promise<TryAnswer> {
  const before = await records.attempts(name, source);
  const may = mayTry(before, now);
  if (may.kind === 'wait')
    return {
      kind: 'refused',
      reason: 'throttled',
      failure: failure('LOGIN_THROTTLED', `${may.seconds} s`),
    };
  const right = await isRight();
  await records.saveAttempts(name, source, right ? NO_ATTEMPTS : afterFailure(before, now));
  return right
    ? { kind: 'right' }
    : { kind: 'refused', reason: 'wrong-code', failure: failure('CODE_REFUSED') };
}

function evidence({ user, from, evidence: given }: LoginQuestion): Parameters<typeof authenticate>[0] {
  return { user, from: countedSource(from), address: from, evidence: given };
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
    secondFactor,
  } = user;
  return {
    id,
    name,
    passwordHash,
    disabled,
    expiresAt,
    logonHours,
    mustChangePassword,
    codeIsNext: stepAfterLogin(secondFactor.policy, secondFactor.enrolled) === 'code',
    rights,
    groups,
    publicKeys,
  };
}
