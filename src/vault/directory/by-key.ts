import { afterFailure, mayTry, NO_ATTEMPTS } from '#/authentication/attempts.js';
import { countedSource } from '#/authentication/source.js';
import type { LoginAnswer, LoginQuestion } from '../authentication.js';
import type { UserKey } from '../records/people.js';
import type { Vault } from '../vault.js';
import { askDirectory } from './ask-directory.js';
import { enrol, nameHere } from './enrol.js';
import { type Judged, letIn, refused } from './let-in.js';
import type { Way } from './way.js';

/**
 * A login by an SSH key that stands in the person's entry. The directory is asked each time, so that a key that was taken
 * out of the entry counts no more. Null: it does not vouch for this key; the person may still have registered it here.
 */
export async function byDirectoryKey(
  vault: Vault,
  way: Extract<Way, { readonly kind: 'directory' }>,
  question: LoginQuestion,
): Promise<LoginAnswer | null> {
  if (way.directory.settings.keyAttribute === null) return null;
  const name = nameHere(way.user, way.directory).toLowerCase();
  const source = countedSource(question.from);
  const before =
    (await vault.store.transaction(({ people }) => people.failedLogins(name, source))) ?? NO_ATTEMPTS;
  if (mayTry(before, vault.now()).kind === 'wait') return null;
  const judged = await judge(vault, way, question);
  if (judged === null) return null;
  const { answer, codeIsNext } = judged;
  const refusedHim = answer.kind === 'refused' && answer.failure.code === 'LOGIN_REFUSED';
  const after = refusedHim
    ? afterFailure(before, vault.now())
    : answer.kind === 'in' && !codeIsNext
      ? NO_ATTEMPTS
      : before;
  await vault.store.transaction(({ people }) =>
    people.saveFailedLogins(name, source, after, vault.now() - 24 * 60 * 60_000),
  );
  return answer.kind === 'in' ? answer : { ...answer, user: nameHere(way.user, way.directory) };
}

async function judge(
  vault: Vault,
  { directory, user }: Extract<Way, { readonly kind: 'directory' }>,
  question: LoginQuestion,
): Promise<Judged | null> {
  const { name, settings } = directory;
  const no = (...why: Parameters<typeof refused>): Judged => ({ answer: refused(...why), codeIsNext: false });
  const asked = await askDirectory(vault, directory, 'directory.keys', { user });
  if (!asked.ok || asked.value.kind !== 'found') return null;
  const { id, dn, state, keys } = asked.value;
  const proof = vault.authentication.proves(question, readableKeys(vault, keys));
  if (proof === null) return null;
  if (state !== 'active') return no(`directory ${name}: ${state}`);
  const looked = await askDirectory(vault, directory, 'directory.lookUp', { people: [{ id, dn }] });
  if (!looked.ok || looked.value.kind === 'unavailable')
    return no('the directory cannot be asked', 'DIRECTORY_UNAVAILABLE', name);
  const person = looked.value.people[0]?.person ?? null;
  if (person === null) return no(`directory ${name}: gone`);
  const enrolled = await vault.store.transaction((records) => enrol(vault, records, directory, person));
  if (enrolled.kind === 'refused') return no(`directory ${name}: ${enrolled.reason}`);
  const barred = vault.authentication.barred(enrolled.user);
  if (barred !== null) return no(`${barred} here`);
  const how = `${proof}, in ${settings.keyAttribute ?? ''} of directory ${name}`;
  return letIn(enrolled.user, { method: 'publickey', how, from: question.from });
}

/** Weak keys, certificates and what is no key at all count for nothing. */
export function readableKeys(
  vault: Pick<Vault, 'authentication'>,
  lines: readonly string[],
): readonly UserKey[] {
  return lines.flatMap((line) => {
    const read = vault.authentication.readPublicKey(line);
    return read.ok ? [read.key] : [];
  });
}
