import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DirectorySettings } from '#/contract/directory-calls.js';

/** Samba as an Active Directory domain controller; what only `npm run assure` needs, and brings. */
export const HAS_SAMBA =
  process.getuid?.() === 0 &&
  ['/usr/sbin/samba', '/usr/bin/samba-tool', '/usr/share/samba/setup/provision_users.ldif'].every(existsSync);

export const AD_BASE = 'DC=corp,DC=test';
export const AD_BIND_DN = `CN=postern,CN=Users,${AD_BASE}`;
export const AD_PASSWORD = 'Everybody-has-1t';
/** Samba listens on 636 and nowhere else: an address of our own on loopback keeps it out of everybody's way. */
const ADDRESS = '127.0.0.77';
const HOST = 'dc1.corp.test';

export interface SambaAd {
  settings(change?: Partial<DirectorySettings>): DirectorySettings;
  /** Runs ldapmodify (LDIF with changetypes) as the domain's administrator, over TLS. */
  modify(ldif: string): void;
  stop(): Promise<void>;
}

/** A new domain, with only LDAP of all its services. Provisioning takes some seconds. */
export async function startSamba(): Promise<SambaAd> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-samba-'));
  const domain = join(folder, 'domain');
  const inFolder = (program: string, args: readonly string[], input = ''): void =>
    void execFileSync(program, args, { cwd: folder, input, stdio: ['pipe', 'ignore', 'pipe'] });
  inFolder('samba-tool', [
    ...['domain', 'provision', `--targetdir=${domain}`, '--realm=CORP.TEST', '--domain=CORP'],
    ...['--server-role=dc', '--dns-backend=NONE', '--host-name=dc1', `--host-ip=${ADDRESS}`],
    `--adminpass=${AD_PASSWORD}`,
  ]);
  makeCertificate(inFolder, folder);
  mkdirSync(join(folder, 'run'), { mode: 0o755 });
  const options = {
    'server services': 'ldap',
    interfaces: `${ADDRESS}/8`,
    'bind interfaces only': 'yes',
    'tls enabled': 'yes',
    'tls keyfile': join(folder, 'dc.key'),
    'tls certfile': join(folder, 'dc.pem'),
    'tls cafile': join(folder, 'ca.pem'),
    'log file': join(folder, 'log'),
    'pid directory': join(folder, 'run'),
    'ncalrpc dir': join(folder, 'run/ncalrpc'),
    'ntp signd socket directory': join(folder, 'run/ntp'),
    'winbindd socket directory': join(folder, 'run/winbindd'),
  };
  const child = spawn(
    '/usr/sbin/samba',
    [
      ...['-i', '-M', 'single', '-s', join(domain, 'etc/smb.conf')],
      ...Object.entries(options).map(([key, value]) => `--option=${key} = ${value}`),
    ],
    { cwd: folder, stdio: ['pipe', 'ignore', 'ignore'] },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await answers(child);
  const ca = readFileSync(join(folder, 'ca.pem'), 'utf8');
  const administrator = ['-x', '-D', 'administrator@corp.test', '-w', AD_PASSWORD];
  return {
    settings: (change = {}) => ({
      kind: 'active-directory',
      servers: [{ host: ADDRESS, port: 636 }],
      plain: false,
      ca,
      base: AD_BASE,
      userClass: 'user',
      userAttributes: ['sAMAccountName', 'userPrincipalName'],
      keyAttribute: null,
      groupBase: null,
      nested: 'chain',
      timeout: 4000,
      ...change,
    }),
    modify(ldif) {
      execFileSync('ldapmodify', ['-H', `ldaps://${ADDRESS}`, ...administrator], {
        env: { ...process.env, LDAPTLS_CACERT: join(folder, 'ca.pem') },
        input: ldif,
        stdio: ['pipe', 'ignore', 'pipe'],
      });
    },
    async stop() {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function makeCertificate(run: (program: string, args: readonly string[]) => void, folder: string): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const openssl = (...args: string[]): void => run('openssl', args);
  openssl(
    'req',
    '-x509',
    ...key,
    '-subj',
    '/CN=the domain',
    '-days',
    '30',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  );
  openssl('req', ...key, '-subj', `/CN=${HOST}`, '-keyout', 'dc.key', '-out', 'dc.csr');
  writeFileSync(join(folder, 'names'), `subjectAltName=DNS:${HOST},IP:${ADDRESS}\n`);
  const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
  openssl('x509', '-req', '-in', 'dc.csr', ...by, '-days', '20', '-extfile', 'names', '-out', 'dc.pem');
  // Samba refuses a key that others can read
  chmodSync(join(folder, 'dc.key'), 0o600);
}

async function answers(child: ChildProcess): Promise<void> {
  for (const end = Date.now() + 30_000; ; ) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(636, ADDRESS);
      socket.once('connect', () => (socket.destroy(), resolve(true)));
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    if (child.exitCode !== null || Date.now() > end)
      throw new Error(`samba does not answer (${child.exitCode})`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** LDIF of a person; `more` are lines such as `userAccountControl: 514`. */
export function adPerson(name: string, more: readonly string[] = [], dn = adDn(name)): string {
  const control = more.some((line) => line.startsWith('userAccountControl:'))
    ? []
    : ['userAccountControl: 512'];
  return [
    `dn: ${dn}`,
    'changetype: add',
    'objectClass: user',
    `sAMAccountName: ${name}`,
    `userPrincipalName: ${name}@corp.test`,
    `unicodePwd:: ${adPassword(AD_PASSWORD)}`,
    ...control,
    ...more,
    '',
    '',
  ].join('\n');
}

export function adGroup(name: string, members: readonly string[], dn = adDn(name)): string {
  return [
    `dn: ${dn}`,
    'changetype: add',
    'objectClass: group',
    `sAMAccountName: ${name}`,
    ...members.map((one) => `member: ${one}`),
    '',
    '',
  ].join('\n');
}

export function adChange(dn: string, ...lines: readonly string[]): string {
  return [`dn: ${dn}`, 'changetype: modify', ...lines, '', ''].join('\n');
}

export const adDn = (name: string): string => `CN=${name},CN=Users,${AD_BASE}`;

/** As unicodePwd wants it ([MS-ADTS] 3.1.1.3.1.5). */
export function adPassword(password: string): string {
  return Buffer.from(`"${password}"`, 'utf16le').toString('base64');
}
