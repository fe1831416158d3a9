import { isIP } from 'node:net';
import { type Delimiters, printSshUser, type Target } from '#/domain/destination.js';
import { oneLine } from '#/domain/failure.js';
import { REASON_VARIABLE } from '#/domain/reason.js';

interface Reached {
  readonly id: string;
  readonly safe: string;
  readonly user: string;
  readonly address: string;
  readonly port: number;
}

export interface Bastion {
  readonly host: string;
  readonly port: number;
  readonly delimiters: Delimiters;
  /** Keep one connection for many commands. */
  readonly multiplex: boolean;
}

/** One account as an alias of the OpenSSH client. */
export interface SshAlias {
  readonly aliases: readonly string[];
  /** The ssh user name; null: it cannot be written in a configuration that every version reads the same. */
  readonly user: string | null;
  readonly account: string;
  readonly accountId: string;
  readonly safe: string;
}

/** What an account is called: `web1-root` and `web1.example-root`, as far as no other account is called the same. */
export function sshAliases(
  person: string,
  accounts: readonly Reached[],
  delimiters: Delimiters,
): readonly SshAlias[] {
  const names = counts(accounts.flatMap(namesOf));
  const places = counts(accounts.map(placeOf));
  const ports = counts(accounts.map(portedPlace));
  const portedNames = counts(accounts.map(portedName));
  return accounts.map((row) => {
    const own = namesOf(row).filter((name) => names.get(name) === 1);
    const last = portedNames.get(portedName(row)) === 1 ? portedName(row) : row.id;
    const needs = ports.get(portedPlace(row)) !== 1 ? 'id' : places.get(placeOf(row)) !== 1 ? 'port' : 'name';
    return {
      aliases: own.length > 0 ? own : [last],
      user: quotable(printSshUser({ vaultUser: person, target: targetOf(row, needs) }, delimiters)),
      account: `${row.user}@${row.address}`,
      accountId: row.id,
      safe: row.safe,
    };
  });
}

/** A configuration for `Include`, one Host an account. */
export function sshConfigText(
  person: string,
  aliases: readonly SshAlias[],
  { host, port, multiplex }: Bastion,
): string {
  const blocks = aliases.map((one) => {
    const what = `# ${oneLine(one.account)} in safe ${oneLine(one.safe)}`;
    if (one.user === null)
      return `${what}: not written, for what its name has in it; choose it in the menu.\n`;
    return [
      `Host ${one.aliases.join(' ')}`,
      `    ${what}`,
      `    HostName ${host}`,
      `    Port ${port}`,
      `    User "${one.user}"`,
      `    HostKeyAlias ${port === 22 ? host : `[${host}]:${port}`}`,
      // where policy asks for a reason: LC_POSTERN_REASON="why" ssh web1-root
      `    SendEnv ${REASON_VARIABLE}`,
      ...(multiplex ? MULTIPLEX : []),
      '',
    ].join('\n');
  });
  return [
    `# The accounts of ${oneLine(person)} behind ${host}, made by: postern ssh-config`,
    '# Save it as ~/.ssh/postern.conf; the first line of ~/.ssh/config is then: Include postern.conf',
    ...(multiplex
      ? []
      : ['# With --multiplex one login serves many commands in a row (Ansible, editors, loops).']),
    '',
    ...blocks,
  ].join('\n');
}

const MULTIPLEX = [
  '    ControlMaster auto',
  '    ControlPath ~/.ssh/postern-%C',
  '    ControlPersist 60',
] as const;

/** The short name, where there is one, and the long one; in letters that mean nothing to ssh, scp and shells. */
function namesOf({ user, address }: Reached): readonly string[] {
  const label = address.split('.')[0] ?? '';
  const long = clean(`${address}-${user}`);
  const short = isIP(address) === 0 ? clean(`${label}-${user}`) : long;
  return short === long ? [long] : [short, long];
}

function clean(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}._-]+/gu, '_')
    .replace(/^[-_]+/, '');
}

/** The port where another account has the same name; the id where even that is the same. */
function targetOf({ id, user, address, port }: Reached, needs: 'name' | 'port' | 'id'): Target {
  return needs === 'id'
    ? { kind: 'part', text: id, port: null }
    : { kind: 'account', user, domain: null, address, port: needs === 'port' ? port : null };
}

function counts(all: readonly string[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const one of all) found.set(one, (found.get(one) ?? 0) + 1);
  return found;
}

function placeOf({ user, address }: Reached): string {
  return `${user}@${address}`.toLowerCase();
}

function portedPlace(row: Reached): string {
  return `${placeOf(row)}#${row.port}`;
}

function portedName(row: Reached): string {
  return `${namesOf(row).at(-1) ?? ''}-${row.port}`;
}

/** Newer clients expand % and $ in a user, older ones take them as they are; quotes end the text. */
function quotable(user: string): string | null {
  return /["\\%$\p{Cc}\p{Zl}\p{Zp}]/u.test(user) ? null : user;
}
