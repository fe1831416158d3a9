import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DirectorySettings } from '#/contract/directory-calls.js';

export const HAS_SLAPD = existsSync('/usr/sbin/slapd');
export const BASE = 'dc=corp,dc=test';
export const BIND_DN = `cn=postern,${BASE}`;
export const BIND_PASSWORD = 'bind me gently';
/** Everybody's. */
export const PASSWORD = 'the right one';

/** An authority of our own, and certificates for localhost that are good or bad in one way. */
export interface Certificates {
  readonly folder: string;
  readonly ca: string;
  /** Signed by somebody else. */
  readonly otherCa: string;
}
export type CertificateName = 'good' | 'expired' | 'wrong-name' | 'unknown-ca';

/** A directory on loopback with TLS: a private process, never the system's service. */
export interface Slapd {
  readonly port: number;
  readonly plainPort: number;
  settings(change?: Partial<DirectorySettings>): DirectorySettings;
  /** Runs ldapmodify (LDIF with changetypes) as the directory's own administrator. */
  modify(ldif: string): void;
  stop(): Promise<void>;
}

export interface SlapdOptions {
  readonly certificate?: CertificateName;
  /** More entries. */
  readonly ldif?: string;
  /** More lines of slapd.conf, before the database and in it. */
  readonly global?: string;
  readonly database?: string;
}

export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'postern-ca-'));
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  for (const name of ['ca', 'other'])
    openssl(
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...[
        '-subj',
        `/CN=test authority ${name}`,
        '-days',
        '30',
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.pem`,
      ],
    );
  const sign = (name: CertificateName, host: string, by: string, dates: readonly string[]): void => {
    openssl(
      ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-subj', `/CN=${host}`, '-keyout', `${name}.key`, '-out', `${name}.csr`],
    );
    const names = host === 'localhost' ? 'DNS:localhost,IP:127.0.0.1' : `DNS:${host}`;
    mkdirSync(join(folder, `${name}.d`));
    writeFileSync(join(folder, `${name}.d/index`), '');
    writeFileSync(
      join(folder, `${name}.conf`),
      `[ca]\ndefault_ca=here\n[here]\nnew_certs_dir=${folder}/${name}.d\ndatabase=${folder}/${name}.d/index\ndefault_md=sha256\npolicy=any\nrand_serial=yes\nx509_extensions=ext\n[any]\ncommonName=supplied\n[ext]\nsubjectAltName=${names}\n`,
    );
    openssl(
      ...[
        'ca',
        '-batch',
        '-notext',
        '-config',
        `${name}.conf`,
        '-cert',
        `${by}.pem`,
        '-keyfile',
        `${by}.key`,
      ],
      ...['-in', `${name}.csr`, '-out', `${name}.pem`, ...dates],
    );
  };
  sign('good', 'localhost', 'ca', ['-days', '20']);
  sign('expired', 'localhost', 'ca', ['-startdate', '20240101000000Z', '-enddate', '20240201000000Z']);
  sign('wrong-name', 'elsewhere.test', 'ca', ['-days', '20']);
  sign('unknown-ca', 'localhost', 'other', ['-days', '20']);
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return { folder, ca: read('ca.pem'), otherCa: read('other.pem') };
}

export async function startSlapd(
  certificates: Certificates,
  { certificate = 'good', ldif = '', global = '', database = '' }: SlapdOptions = {},
): Promise<Slapd> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-slapd-'));
  mkdirSync(join(folder, 'db'));
  const [port, plainPort] = [await freePort(), await freePort()];
  const tls = join(certificates.folder, certificate);
  const schemas = ['core', 'cosine', 'inetorgperson', 'nis'];
  writeFileSync(
    join(folder, 'slapd.conf'),
    [
      ...schemas.map((one) => `include /etc/ldap/schema/${one}.schema`),
      'modulepath /usr/lib/ldap',
      'moduleload back_mdb',
      'moduleload ppolicy',
      `TLSCertificateFile ${tls}.pem`,
      `TLSCertificateKeyFile ${tls}.key`,
      ...KEY_SCHEMA,
      global,
      'database mdb',
      `suffix ${BASE}`,
      `rootdn cn=root,${BASE}`,
      'rootpw root',
      `directory ${folder}/db`,
      'maxsize 67108864',
      'index objectClass,entryUUID,uid,member,uniqueMember eq',
      'access to attrs=userPassword by self write by anonymous auth by * none',
      'access to * by * read',
      'overlay ppolicy',
      database,
      '',
    ].join('\n'),
  );
  writeFileSync(join(folder, 'data.ldif'), `${BASIC}\n${ldif}`);
  execFileSync('/usr/sbin/slapadd', ['-q', '-f', 'slapd.conf', '-l', 'data.ldif'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const child: ChildProcess = spawn(
    '/usr/sbin/slapd',
    ['-f', 'slapd.conf', '-d', '0', '-h', `ldaps://127.0.0.1:${port} ldap://127.0.0.1:${plainPort}`],
    { cwd: folder, stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await answers(plainPort, child);
  return {
    port,
    plainPort,
    settings: (change = {}) => ({
      kind: 'openldap',
      servers: [{ host: 'localhost', port }],
      plain: false,
      ca: certificates.ca,
      base: BASE,
      userClass: 'inetOrgPerson',
      userAttributes: ['uid', 'mail'],
      keyAttribute: null,
      groupBase: `ou=groups,${BASE}`,
      nested: 'walk',
      timeout: 2000,
      ...change,
    }),
    modify(text) {
      execFileSync(
        'ldapmodify',
        ['-H', `ldap://127.0.0.1:${plainPort}`, '-x', '-D', `cn=root,${BASE}`, '-w', 'root', '-e', 'relax'],
        { input: text, stdio: ['pipe', 'ignore', 'pipe'] },
      );
    },
    async stop() {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** OpenSSH-LPK's, in which most directories keep keys. */
const KEY_SCHEMA = [
  "attributetype ( 1.3.6.1.4.1.24552.500.1.1.1.13 NAME 'sshPublicKey' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 )",
  "objectclass ( 1.3.6.1.4.1.24552.500.1.1.2.0 NAME 'ldapPublicKey' SUP top AUXILIARY MAY ( sshPublicKey $ uid ) )",
];

/** Lines of LDIF for `person`: these are his SSH keys. */
export const withKeys = (lines: readonly string[]): string =>
  ['objectClass: ldapPublicKey', ...lines.map((line) => `sshPublicKey: ${line}`)].join('\n');

/** A person, with more lines of LDIF. Values of an attribute have to stand together. */
export function person(uid: string, more = ''): string {
  const lines = [
    'objectClass: inetOrgPerson',
    `uid: ${uid}`,
    `cn: ${uid} of the tests`,
    `sn: ${uid}`,
    `mail: ${uid}@corp.test`,
    `userPassword: ${PASSWORD}`,
    ...more.split('\n').filter((line) => line !== ''),
  ];
  return `dn: ${personDn(uid)}\n${lines.sort().join('\n')}\n`;
}

export function group(cn: string, members: readonly string[]): string {
  return `dn: cn=${cn},ou=groups,${BASE}
objectClass: groupOfNames
cn: ${cn}
${members.map((one) => `member: ${one}`).join('\n')}

`;
}

export const personDn = (uid: string): string => `uid=${uid},ou=people,${BASE}`;
export const groupDn = (cn: string): string => `cn=${cn},ou=groups,${BASE}`;

const BASIC = `dn: ${BASE}
objectClass: dcObject
objectClass: organization
o: Corp
dc: corp

dn: ${BIND_DN}
objectClass: simpleSecurityObject
objectClass: organizationalRole
cn: postern
userPassword: ${BIND_PASSWORD}

dn: ou=people,${BASE}
objectClass: organizationalUnit
ou: people

dn: ou=groups,${BASE}
objectClass: organizationalUnit
ou: groups

`;

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function answers(port: number, child: ChildProcess): Promise<void> {
  for (const end = Date.now() + 20_000; ; ) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => (socket.destroy(), resolve(true)));
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    if (child.exitCode !== null || Date.now() > end)
      throw new Error(`slapd does not answer (${child.exitCode})`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
