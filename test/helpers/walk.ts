import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, type Postern } from './postern.ts';
import { type Screen, type SshOptions, ssh } from './ssh-screen.ts';
import type { Target } from './target.ts';

/** The example data of the domain, on a real target: safe Windows-Domain-Safe, account admin60. */
export const SAFE = 'Windows-Domain-Safe';
export const ACCOUNT_PASSWORD = 'canary-Tr0ub4dor-account';
export const PERSON_PASSWORD = 'canary-correct-horse-person';
export const PROMPT = 'target$ ';

export interface Prepared {
  readonly accountId: string;
}

/** One safe, one password account on the target, one person who may connect. */
export async function prepare(
  postern: Postern,
  target: Target,
  {
    user = 'admin60',
    person = 'alice',
    pinned = true,
  }: { readonly user?: string; readonly person?: string; readonly pinned?: boolean } = {},
): Promise<Prepared> {
  target.addUser(user, ACCOUNT_PASSWORD);
  await addPerson(postern, person);
  await postern.json(['safe', 'add', SAFE]);
  await postern.json(['safe', 'member', 'add', SAFE, person, '--preset', 'ConnectOnly']);
  const { id } = await postern.json<{ id: string }>(
    [
      'account',
      'add',
      '--safe',
      SAFE,
      '--platform',
      'UnixSSH',
      '--address',
      '127.0.0.1',
      '--port',
      String(target.port),
      '--user',
      user,
      '--password-stdin',
      ...(pinned ? ['--host-key', target.hostKey] : []),
    ],
    ACCOUNT_PASSWORD,
  );
  return { accountId: id };
}

export async function addPerson(
  postern: Postern,
  person: string,
  extra: readonly string[] = [],
): Promise<void> {
  await postern.json(['user', 'add', person, '--password-stdin', ...extra], PERSON_PASSWORD);
}

/** Registers a fresh key of a person; gives the private key's path. Logins by key cost no password hash. */
export async function keyOf(postern: Postern, person: string): Promise<string> {
  const file = join(mkdtempSync(join(tmpdir(), 'postern-key-')), 'id');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  await postern.json(['user', 'key', 'add', person, '--file', `${file}.pub`]);
  return file;
}

/**
 * ssh to the bastion, again while the door makes our address wait: tests before this one may have failed to log in more
 * often than it bears, and every test comes from the same address.
 */
export async function knock(postern: Postern, person: string, options: SshOptions = {}): Promise<Screen> {
  return await eventually(
    'the door to let us in',
    async () => {
      const screen = ssh(postern.port, person, options);
      await eventually('the first words', () => screen.bytes.length > 0);
      if (!screen.bytes.includes('kex_exchange')) return screen;
      await screen.exited;
      return false;
    },
    60,
  );
}

/** ssh to the bastion, the login screen, the password: until the accounts are there. */
export async function login(
  postern: Postern,
  person = 'alice',
  { password = PERSON_PASSWORD, ...options }: SshOptions & { readonly password?: string } = {},
): Promise<Screen> {
  const screen = await knock(postern, person, options);
  if (options.identity === undefined) {
    await screen.sees('Password');
    screen.type(password).press('enter');
  }
  await screen.sees(ACCOUNTS);
  return screen;
}

/** What only the accounts screen shows. */
export const ACCOUNTS = '[Accounts]';

/** From the accounts screen to the target's prompt. */
export async function connectTo(screen: Screen, filter: string): Promise<void> {
  screen.type(filter);
  await screen.sees(filter);
  screen.press('enter');
  await screen.output(PROMPT, 30);
}
