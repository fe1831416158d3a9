import { setTimeout as sleep } from 'node:timers/promises';
import { afterFailure, mayTry, NO_ATTEMPTS } from '#/authentication/attempts.js';
import { mintIdentity } from '#/authentication/mint-identity.js';
import { countedSource } from '#/authentication/source.js';
import { failure } from '#/domain/failure.js';
import { stepAfterLogin } from '#/domain/second-factor.js';
import type { Authentication, LoginAnswer, LoginQuestion } from '../authentication.js';
import { createGate, createLanes } from '../gate.js';
import type { StoredDirectory } from '../records/directories.js';
import type { User } from '../records/people.js';
import type { Vault } from '../vault.js';
import { askDirectory } from './ask-directory.js';
import { enrol, nameHere } from './enrol.js';

/** Logins that directories are asked about at once, and those that may wait. */
const AT_ONCE = 16;
const WAITING = 200;
/** Refusals come at full steps of this: how long a directory took says nothing about the person. Milliseconds. */
const STEP = 500;

export type SignIn = (question: LoginQuestion) => Promise<LoginAnswer>;
type Refused = Extract<LoginAnswer, { readonly kind: 'refused' }>;

/** One way in for everybody: the method says who is asked, the vault itself or one of the directories. */
export function createSignIn(vault: Vault): SignIn {
  const gate = createGate(AT_ONCE, WAITING);
  const lanes = createLanes();
  return async (question) => {
    const { evidence } = question;
    const way = await wayOf(vault, question);
    if (way.kind === 'unknown') return refused('no such method, or a directory that is disabled');
    if (way.kind !== 'directory' || evidence.kind === 'key')
      return await stillThere(vault, await vault.authentication.login(question));
    const { directory, user } = way;
    const counted = {
      name: nameHere(user, directory).toLowerCase(),
      source: countedSource(question.from),
    };
    const tried = await lanes(`${counted.name}\n${counted.source}`, () =>
      gate(() => ask(vault, directory, { user, password: evidence.password, from: question.from, counted })),
    );
    const answer = tried ?? refused('too many logins at once', 'LOGIN_THROTTLED', 'a moment');
    // a failure is that of alice@corp, never of a user alice of the vault's own
    return answer.kind === 'in' ? answer : { ...answer, user: nameHere(user, directory) };
  };
}

type Way =
  | { readonly kind: 'vault' | 'unknown' }
  | { readonly kind: 'directory'; readonly directory: StoredDirectory; readonly user: string };

/** `alice@corp` is alice of the directory corp, whether or not that is the chosen method. */
async function wayOf(vault: Vault, { user, method }: LoginQuestion): Promise<Way> {
  if (method === 'vault') return { kind: 'vault' };
  const directories = await vault.store.transaction((records) => records.directories.directories());
  const same = (one: StoredDirectory, name: string): boolean => one.name.toLowerCase() === name.toLowerCase();
  const suffix = user.slice(user.lastIndexOf('@') + 1);
  const directory = directories.find((one) => same(one, method ?? suffix));
  if (directory === undefined) return { kind: method === undefined ? 'vault' : 'unknown' };
  if (!directory.enabled) return { kind: 'unknown' };
  const bare = user.includes('@') && same(directory, suffix) ? user.slice(0, user.lastIndexOf('@')) : user;
  return { kind: 'directory', directory, user: bare };
}

interface Try {
  readonly user: string;
  readonly password: Buffer;
  readonly from: string;
  readonly counted: { readonly name: string; readonly source: string };
}

/** Asks the directory, and counts what is the person's own failure. Trouble of ours or the directory's never counts. */
async function ask(vault: Vault, directory: StoredDirectory, tried: Try): Promise<LoginAnswer> {
  const { name, source } = tried.counted;
  const began = performance.now();
  const before =
    (await vault.store.transaction(({ people }) => people.failedLogins(name, source))) ?? NO_ATTEMPTS;
  const may = mayTry(before, vault.now());
  if (may.kind === 'wait') return refused('throttled', 'LOGIN_THROTTLED', `${may.seconds} s`);
  const save = (attempts: typeof before): Promise<void> =>
    vault.store.transaction(({ people }) =>
      people.saveFailedLogins(name, source, attempts, vault.now() - 24 * 60 * 60_000),
    );
  const { answer, codeIsNext } = await judge(vault, directory, tried);
  if (answer.kind === 'in') {
    // until the code is right, failures are not forgotten, or a known password would give endless tries
    if (!codeIsNext) await save(NO_ATTEMPTS);
    return answer;
  }
  if (answer.failure.code === 'LOGIN_REFUSED') await save(afterFailure(before, vault.now()));
  await sleep(STEP - ((performance.now() - began) % STEP));
  return answer;
}

interface Judged {
  readonly answer: LoginAnswer;
  readonly codeIsNext: boolean;
}

async function judge(vault: Vault, directory: StoredDirectory, tried: Try): Promise<Judged> {
  const { user, password, from } = tried;
  const no = (...why: Parameters<typeof refused>): Judged => ({ answer: refused(...why), codeIsNext: false });
  const { name } = directory;
  const outcome = await askDirectory(vault, directory, 'directory.login', { user }, password);
  if (!outcome.ok) return no(`directory ${name}: ${outcome.failure.message}`, 'DIRECTORY_UNAVAILABLE', name);
  const answer = outcome.value;
  if (answer.kind === 'unavailable') {
    const why = `directory ${name}, ${answer.server}, ${answer.step}: ${answer.detail}`;
    return no(why, 'DIRECTORY_UNAVAILABLE', name);
  }
  if (answer.kind === 'refused') return no(`directory ${name}: ${answer.reason}`);
  const enrolled = await vault.store.transaction((records) =>
    enrol(vault, records, directory, answer.person),
  );
  if (enrolled.kind === 'refused') return no(`directory ${name}: ${enrolled.reason}`);
  const barred = vault.authentication.barred(enrolled.user);
  return barred === null ? letIn(enrolled.user, directory, from) : no(`${barred} here`);
}

function letIn(user: User, directory: StoredDirectory, from: string): Judged {
  const { id: userId, name, rights, groups, secondFactor } = user;
  const identity = mintIdentity({ userId, user: name, method: 'directory', rights, groups, from });
  return {
    answer: { kind: 'in', identity, how: `password, by directory ${directory.name}`, mustChange: false },
    codeIsNext: stepAfterLogin(secondFactor.policy, secondFactor.enrolled) === 'code',
  };
}

/** A key does not say whether its owner is still in his directory: that is asked. */
async function stillThere(
  vault: Vault,
  answer: Awaited<ReturnType<Authentication['login']>>,
): Promise<LoginAnswer> {
  if (answer.kind === 'refused') return answer;
  const { userId } = answer.identity;
  const found = await vault.store.transaction(async ({ directories }) => {
    const member = await directories.directoryUser(userId);
    return member === null ? null : { member, directory: await directories.directory(member.directory) };
  });
  if (found === null) return answer;
  const { member, directory } = found;
  if (directory === null || !directory.enabled) return refused('the directory is no longer there');
  const people = [{ id: member.externalId, dn: member.dn }];
  const looked = await askDirectory(vault, directory, 'directory.lookUp', { people });
  if (!looked.ok || looked.value.kind === 'unavailable')
    return refused('the directory cannot be asked', 'DIRECTORY_UNAVAILABLE', directory.name);
  const person = looked.value.people[0]?.person ?? null;
  if (person === null) return refused(`directory ${directory.name}: gone`);
  const enrolled = await vault.store.transaction((records) => enrol(vault, records, directory, person));
  return enrolled.kind === 'in' ? answer : refused(`directory ${directory.name}: ${enrolled.reason}`);
}

function refused(
  reason: string,
  code: 'LOGIN_REFUSED' | 'LOGIN_THROTTLED' | 'DIRECTORY_UNAVAILABLE' = 'LOGIN_REFUSED',
  detail = '',
): Refused {
  return { kind: 'refused', reason, failure: failure(code, detail) };
}
