import { setTimeout as sleep } from 'node:timers/promises';
import { afterFailure, mayTry, NO_ATTEMPTS } from '#/authentication/attempts.js';
import { countedSource } from '#/authentication/source.js';
import type { Authentication, LoginAnswer, LoginQuestion } from '../authentication.js';
import { createGates, createLanes } from '../gate.js';
import type { StoredDirectory } from '../records/directories.js';
import type { User } from '../records/people.js';
import type { Vault } from '../vault.js';
import { askDirectory } from './ask-directory.js';
import { byDirectoryKey } from './by-key.js';
import { enrol, nameHere } from './enrol.js';
import { type Judged, letIn, type Refused, refused } from './let-in.js';
import { wayOf } from './way.js';

/** Logins that directories are asked about at once, and those that may wait. */
const AT_ONCE = 16;
const WAITING = 200;
/** Refusals come at full steps of this: how long a directory took says nothing about the person. Milliseconds. */
const STEP = 500;

const TOO_MANY: Refused = refused('too many logins at once', 'LOGIN_THROTTLED', 'a moment');

export type SignIn = (question: LoginQuestion) => Promise<LoginAnswer>;

/** One way in for everybody: the method says who is asked, the vault itself or one of the directories. */
export function createSignIn(vault: Vault): SignIn {
  const gate = createGates(AT_ONCE, WAITING);
  const lanes = createLanes();
  return async (question) => {
    const { evidence } = question;
    const way = await wayOf(vault, question);
    if (way.kind === 'unknown') return refused('no such method, or a directory that is disabled');
    if (evidence.kind === 'key') {
      const vouched =
        way.kind === 'directory'
          ? await gate(way.directory.name, async () => ({
              answer: await byDirectoryKey(vault, way, question),
            }))
          : { answer: null };
      if (vouched === null) return TOO_MANY;
      return vouched.answer ?? (await stillThere(vault, await vault.authentication.login(question)));
    }
    if (way.kind !== 'directory') return await ofTheVault(vault, await vault.authentication.login(question));
    const { directory, user } = way;
    const counted = {
      name: nameHere(user, directory).toLowerCase(),
      source: countedSource(question.from),
    };
    const tried = await lanes(`${counted.name}\n${counted.source}`, () =>
      gate(directory.name, () =>
        ask(vault, directory, { user, password: evidence.password, from: question.from, counted }),
      ),
    );
    const answer = tried ?? TOO_MANY;
    // a failure is that of alice@corp, never of a user alice of the vault's own
    return answer.kind === 'in' ? answer : { ...answer, user: nameHere(user, directory) };
  };
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
  return barred === null
    ? letIn(enrolled.user, { method: 'directory', how: `password, by directory ${name}`, from })
    : no(`${barred} here`);
}

/** By what method somebody logs in with his password. */
export async function methodOf(vault: Vault, user: Pick<User, 'id'>): Promise<string> {
  const member = await vault.store.transaction(({ directories }) => directories.directoryUser(user.id));
  return member?.directory ?? 'vault';
}

/** A password that the vault keeps counts for its own people only, whoever set it. */
async function ofTheVault(vault: Vault, answer: LoginAnswer): Promise<LoginAnswer> {
  if (answer.kind === 'refused') return answer;
  const method = await methodOf(vault, { id: answer.identity.userId });
  return method === 'vault' ? answer : refused(`has the password of directory ${method}`);
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
