import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DirectoryStep } from '#/contract/directory-calls.js';
import { eventually, type Postern, startPostern } from '../helpers/postern.ts';
import {
  BASE,
  BIND_DN,
  BIND_PASSWORD,
  type Certificates,
  group,
  groupDn,
  HAS_SLAPD,
  makeCertificates,
  PASSWORD,
  person,
  personDn,
  type Slapd,
  startSlapd,
  withKeys,
} from '../helpers/slapd.ts';
import { ssh } from '../helpers/ssh-screen.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import {
  ACCOUNTS,
  addPerson,
  connectTo,
  keyOf,
  login,
  PERSON_PASSWORD,
  PROMPT,
  prepare,
  SAFE,
} from '../helpers/walk.ts';

let certificates: Certificates;
let slapd: Slapd;
let postern: Postern;
let target: Target;
let identity: string;

beforeAll(async () => {
  certificates = makeCertificates();
  identity = join(certificates.folder, 'alice');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'hers', '-f', identity]);
  const ldif = [
    person('alice', withKeys([readFileSync(`${identity}.pub`, 'utf8').trim()])),
    group('operators', [personDn('alice')]),
    group('linux', [groupDn('operators')]),
    group('others', [personDn('nobody')]),
  ].join('\n');
  [slapd, postern, target] = await Promise.all([
    startSlapd(certificates, { ldif }),
    startPostern(),
    startTarget(),
  ]);
  await prepare(postern, target, { person: 'frank' });
  await postern.json(['group', 'add', 'Linux']);
  await postern.json(['safe', 'member', 'add', SAFE, 'Linux', '--preset', 'ConnectOnly']);
}, 90_000);
afterAll(async () => {
  await postern?.remove();
  await target?.stop();
  await slapd?.stop();
  rmSync(certificates.folder, { recursive: true, force: true });
});

const settings = (): string[] => [
  ...['--server', `localhost:${slapd.port}`, '--base', BASE, '--group-base', `ou=groups,${BASE}`],
  ...['--bind-dn', BIND_DN, '--ca', join(certificates.folder, 'ca.pem'), '--timeout', '3'],
];

test.skipIf(!HAS_SLAPD)('an administrator adds a directory, and sees each step of a login', async () => {
  const file = join(certificates.folder, 'password');
  writeFileSync(file, `${BIND_PASSWORD}\n`);
  const plain = [
    'directory',
    'add',
    'corp',
    '--server',
    'ldap://localhost:389',
    '--base',
    BASE,
    '--bind-dn',
    BIND_DN,
  ];
  expect(await postern.cli([...plain, '--bind-password-file', file])).toMatchObject({ status: 2 });
  await postern.json(['directory', 'add', 'corp', ...settings(), '--default', '--bind-password-file', file]);
  await postern.json(['directory', 'map', 'add', 'corp', '--group', groupDn('linux'), '--give', 'Linux']);
  expect(await postern.json(['directory', 'map', 'list', 'corp'])).toMatchObject([
    { position: 1, rule: 'group CyberArk_Auditors', groups: ['Auditors'] },
    { position: 2, rule: `group ${groupDn('linux')}`, groups: ['Linux'] },
  ]);

  const trial = await postern.json<{ steps: DirectoryStep[]; ok: boolean }>(
    ['directory', 'test', 'corp', '--user', 'alice', '--password-stdin'],
    PASSWORD,
  );
  expect(trial.ok).toBe(true);
  expect(trial.steps.at(-1)?.detail).toBe('alice@corp: groups Linux; rights none; location none');
  const shown = await postern.cli(['directory', 'show', 'corp']);
  expect(shown.stdout).toContain('an authority of its own');
  const wrong = await postern.cli(['directory', 'test', 'corp', '--user', 'alice', '--password-stdin'], 'no');
  expect(wrong).toMatchObject({ status: 1, stdout: expect.stringContaining('wrong-password') as string });
});

test.skipIf(!HAS_SLAPD || process.getuid?.() !== 0)(
  'the process that asks directories has a uid of its own and nothing of the vault',
  () => {
    const [pid] = postern.pids('directory');
    const uid = Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    expect(uid).toBe(Number(execFileSync('id', ['-u', 'postern-directory'], { encoding: 'utf8' })));
    const vault = Number(
      /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${postern.pids('vault')[0]}/status`, 'utf8'))?.[1],
    );
    expect(uid).not.toBe(vault);
    const asHim = (path: string): void =>
      void execFileSync('setpriv', [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', 'cat', path], {
        stdio: 'pipe',
      });
    const find = ['-type', 'f', '-name', '*user*.ini'];
    const files = execFileSync('find', [join(postern.home, 'credentials'), ...find], { encoding: 'utf8' });
    const credentials = files.split('\n').filter((file) => file !== '');
    expect(credentials.length).toBeGreaterThan(0);
    const vaults = ['vault/vault.db', 'vault/master.key'].map((file) => join(postern.home, file));
    for (const file of [...vaults, ...credentials]) {
      expect(statSync(file).isFile()).toBe(true);
      expect(() => asHim(file)).toThrow();
    }
  },
);

test.skipIf(!HAS_SLAPD)(
  'a person of the directory goes straight to a target, at his first login already',
  {
    timeout: 60_000,
  },
  async () => {
    // with the directory, and without it where it is preset
    for (const user of ['alice@corp', 'alice']) {
      const screen = ssh(postern.port, `${user}@admin60@127.0.0.1#${target.port}`);
      await screen.sees('Password: ');
      screen.type(PASSWORD).press('enter');
      await screen.output(PROMPT, 30);
      screen.type('exit 3\r');
      expect(await screen.exited).toBe(3);
    }
  },
);

test.skipIf(!HAS_SLAPD)(
  'who may say what people get, does it on the screen and with commands, and tries it',
  { timeout: 60_000 },
  async () => {
    await addPerson(postern, 'mapper', ['--right', 'manageDirectoryMapping', '--group', 'Linux']);
    const screen = await login(postern, 'mapper', { identity: await keyOf(postern, 'mapper') });
    screen.press('ctrl-o');
    await screen.sees('type to find a safe');
    screen.press('ctrl-n');
    await screen.sees(/corp +2 +group /);
    screen.press('ctrl-t');
    await screen.sees('Try a directory');
    screen.press('tab').type('alice').press('enter');
    await screen.sees(/rights +well +alice@corp: groups Linux/);
    screen.press('ctrl-q');
    await screen.exited;

    const file = join(certificates.folder, 'mapper');
    writeFileSync(file, PERSON_PASSWORD);
    const as = ['--as', 'mapper', '--login-file', file];
    const add = ['directory', 'map', 'add', 'corp', '--everybody', ...as];
    expect(await postern.cli([...add, '--give', 'Auditors'])).toMatchObject({ status: 3 });
    expect(await postern.json([...add, '--give', 'Linux'])).toHaveLength(3);
    expect(await postern.json(['directory', 'map', 'remove', 'corp', '3', ...as])).toHaveLength(2);
    expect(await postern.cli(['directory', 'remove', 'corp', ...as])).toMatchObject({ status: 3 });
  },
);

test.skipIf(!HAS_SLAPD)(
  'a key in her entry lets a person in without a password, as long as it stands there',
  { timeout: 60_000 },
  async () => {
    await postern.json(['directory', 'set', 'corp', '--key-attribute', 'sshPublicKey']);
    const trial = await postern.cli(['directory', 'test', 'corp', '--user', 'alice']);
    expect(trial.stdout).toMatch(/keys +ok .*sshPublicKey: SHA256:/);
    const screen = ssh(postern.port, 'alice', { identity });
    await screen.sees(ACCOUNTS);
    await screen.sees('alice@corp');
    screen.kill();
    await screen.exited;
    const rows = (await postern.cli(['audit', 'export'])).stdout;
    expect(rows).toMatch(/publickey SHA256:[\w+/]{43}, in sshPublicKey of directory corp/);

    slapd.modify(`dn: ${personDn('alice')}\nchangetype: modify\ndelete: sshPublicKey\n`);
    await new Promise((resolve) => setTimeout(resolve, 5100));
    const after = ssh(postern.port, 'alice', { identity });
    await after.sees('< corp >');
    after.kill();
    await after.exited;
  },
);

test.skipIf(!HAS_SLAPD)(
  'a person of the directory works on a target, until his group is taken away',
  {
    timeout: 150_000,
  },
  async () => {
    const screen = ssh(postern.port, 'alice');
    await screen.sees('< corp >');
    screen.type(PASSWORD).press('enter');
    await screen.sees(ACCOUNTS);
    await screen.sees('alice@corp');
    await connectTo(screen, 'admin60');
    const [session] = await postern.json<{ user: string }[]>(['sessions', 'list']);
    expect(session?.user).toBe('alice@corp');

    slapd.modify(
      `dn: ${groupDn('operators')}\nchangetype: modify\nreplace: member\nmember: ${personDn('somebody')}\n`,
    );
    const began = performance.now();
    await eventually(
      'the session to end',
      async () => (await postern.json<unknown[]>(['sessions', 'list'])).length === 0,
      60,
    );
    expect(performance.now() - began).toBeLessThan(60_000);
    const [recording] = await postern.json<{ user: string; outcome: string }[]>(['recordings', 'list']);
    expect(recording).toMatchObject({ user: 'alice@corp', outcome: 'terminated' });
    const refused = ssh(postern.port, 'alice');
    await refused.sees('< corp >');
    refused.type(PASSWORD).press('enter');
    await refused.sees('Login failed.');
  },
);

test.skipIf(!HAS_SLAPD)(
  'when the directory process dies, the next login finds its successor',
  {
    timeout: 60_000,
  },
  async () => {
    const [pid] = postern.pids('directory');
    process.kill(pid ?? 0, 'SIGKILL');
    await eventually(
      'a trial to work again',
      async () => (await postern.cli(['directory', 'test', 'corp'])).status === 0,
      30,
    );
  },
);
