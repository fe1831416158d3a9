import { spawnSync } from 'node:child_process';
import { type ProcessRole, SERVICE_USERS } from '#/contract/sockets.js';

export interface ServiceAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}
export type ServiceAccounts = Readonly<Record<ProcessRole, ServiceAccount>>;

/** Another useradd holds the lock for milliseconds; a dead one's lock is taken over by useradd itself. */
const TRIES = 5;

/** The service accounts of this host, made when missing (root only). `say` gets a line for what was made. Throws when it cannot. */
export function ensureServiceAccounts(say: (line: string) => void): ServiceAccounts {
  const missing = Object.values(SERVICE_USERS).filter((name) => !known().has(name));
  for (const name of missing) makeAccount(name);
  if (missing.length > 0) say(`made the service accounts ${missing.join(', ')} (no login, no home)`);
  const accounts = known();
  const pairs = Object.entries(SERVICE_USERS).map(([role, name]) => [role, wanted(accounts, name)] as const);
  return Object.fromEntries(pairs) as Record<ProcessRole, ServiceAccount>;
}

function wanted(accounts: ReadonlyMap<string, ServiceAccount>, name: string): ServiceAccount {
  const account = accounts.get(name);
  if (account === undefined || account.uid === 0)
    throw new Error(`the service account ${name} cannot be used`);
  return account;
}

function known(): ReadonlyMap<string, ServiceAccount> {
  const asked = spawnSync('getent', ['passwd', ...Object.values(SERVICE_USERS)], { encoding: 'utf8' });
  return new Map(parsePasswd(asked.stdout).map((account) => [account.name, account]));
}

export function parsePasswd(text: string): ServiceAccount[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', , uid, gid] = line.split(':');
    return name === '' || !/^\d+$/.test(uid ?? '') || !/^\d+$/.test(gid ?? '')
      ? []
      : [{ name, uid: Number(uid), gid: Number(gid) }];
  });
}

function makeAccount(name: string): void {
  let said = '';
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const made = spawnSync(
      'useradd',
      [
        '--system',
        '--user-group',
        '--no-create-home',
        '--home-dir',
        '/nonexistent',
        '--shell',
        '/usr/sbin/nologin',
        name,
      ],
      { encoding: 'utf8', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' } },
    );
    // somebody else may have made it in between
    if (made.status === 0 || known().has(name)) return;
    said = made.error?.message ?? made.stderr.trim();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200 * (attempt + 1));
  }
  throw new Error(`the service account ${name} cannot be made: ${said}`);
}
