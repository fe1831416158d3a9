import { randomBytes } from 'node:crypto';
import type { DirectorySettings, PersonRefusal } from '#/contract/directory-calls.js';
import { stateOfRejection } from './account-state.js';
import type { FoundPerson, Search } from './find-person.js';
import { knownAs, type Server, serverTrouble } from './servers.js';

/** Why a password cannot be sent at all; null: it can. An empty one would bind as nobody, successfully. */
export function unusable(password: Buffer): PersonRefusal | null {
  if (password.length === 0) return 'empty-password';
  // servers in C read up to the first NUL: what comes before it may be empty
  return password.includes(0) || !isUtf8(password) ? 'unusable-password' : null;
}

/**
 * Binds as the person on a connection of its own. Where nobody was found, somebody who is not there is bound with a
 * password that nobody has, so that it takes about as long. Null: the password is right.
 */
export async function tryPassword(
  server: Server,
  settings: DirectorySettings,
  search: Search,
  password: Buffer,
): Promise<PersonRefusal | null> {
  const { steps } = server;
  const person = search.kind === 'one' ? search.person : null;
  const dn = person?.dn ?? `cn=${randomBytes(12).toString('hex')},${settings.base}`;
  const secret = person === null ? randomBytes(12).toString('hex') : password.toString('utf8');
  const ldap = await server.again();
  if (ldap === null) serverTrouble();
  const answer = await steps.take('user-bind', async () => {
    const said = await ldap.bind(dn, secret);
    if (said.kind === 'bound' && person !== null) await knownAs(ldap);
    return { value: said, detail: person === null ? 'nobody was found' : `as ${dn}` };
  });
  if (answer === null) serverTrouble();
  if (person === null) return search.kind === 'many' ? 'ambiguous-user' : 'no-such-user';
  const told = stateOfRejection(answer.kind === 'rejected' ? answer.diagnostic : '', answer.policy);
  return refusalOf(person, answer.kind === 'bound', told);
}

/** The entry's state is told before a wrong password: the audit shall know that a disabled person tried. */
function refusalOf(
  { state }: Pick<FoundPerson, 'state'>,
  bound: boolean,
  told: ReturnType<typeof stateOfRejection>,
): PersonRefusal | null {
  if (state !== 'active') return state;
  if (told !== null && told !== 'active') return told;
  return bound ? null : 'wrong-password';
}

function isUtf8(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes);
}
