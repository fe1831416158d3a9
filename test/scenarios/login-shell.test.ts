import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, type Postern, startPostern } from '../helpers/postern.ts';
import { ssh } from '../helpers/ssh-screen.ts';
import { freePort, startTarget, type Target, waitForPort } from '../helpers/target.ts';
import { ACCOUNTS, connectTo, PERSON_PASSWORD, prepare } from '../helpers/walk.ts';

const SHELL = join(import.meta.dirname, '../../bin/postern-shell');
/** The OS user whom sshd lets in; not root, and a stranger to Postern. */
const OS_USER = 'postern-front';

let postern: Postern;
let target: Target;
let folder: string;
let front: ChildProcess;
let port: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'postern-front-'));
  [postern, target] = await Promise.all([startPostern(), startTarget()]);
  await prepare(postern, target, { user: 'admin67', person: 'alice' });
  port = await startFront();
});
afterAll(async () => {
  front?.kill('SIGKILL');
  await postern?.remove();
  await target?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** An sshd with a ForceCommand, which knows one person more than this host does. */
async function startFront(): Promise<number> {
  const listening = await freePort();
  for (const name of ['host', 'key'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
  for (const [name, line] of [
    ['passwd', `${OS_USER}:x:64321:65534::/:/bin/sh\n`],
    ['shadow', `${OS_USER}:*:19000:0:99999:7:::\n`],
  ] as const)
    writeFileSync(join(folder, name), readFileSync(`/etc/${name}`, 'utf8') + line, {
      mode: name === 'passwd' ? 0o644 : 0o600,
    });
  writeFileSync(
    join(folder, 'sshd_config'),
    [
      `Port ${listening}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${join(folder, 'host')}`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no',
      `AuthorizedKeysFile ${join(folder, 'key.pub')}`,
      'DisableForwarding yes',
      'PrintMotd no',
      'PrintLastLog no',
      `Match User ${OS_USER}`,
      `  ForceCommand ${SHELL} --home ${postern.home}`,
      '',
    ].join('\n'),
  );
  execFileSync('chmod', ['-R', 'go+rX', folder]);
  for (const secret of ['host', 'key', 'shadow']) execFileSync('chmod', ['600', join(folder, secret)]);
  mkdirSync('/run/sshd', { recursive: true });
  const binds = ['passwd', 'shadow'].map((name) => `mount --bind ${join(folder, name)} /etc/${name}`);
  const command = `${binds.join(' && ')} && exec /usr/sbin/sshd -D -E ${join(folder, 'log')} -f ${join(folder, 'sshd_config')}`;
  front = spawn('unshare', ['--mount', 'sh', '-c', command], { stdio: 'ignore' });
  await waitForPort(listening);
  return listening;
}

test("behind a real sshd: log in, resize, work on a target, replay; an ordinary user's relay finds root's daemon", {
  timeout: 90_000,
}, async () => {
  const screen = ssh(port, OS_USER, { identity: join(folder, 'key') });
  await screen.sees('Password');
  // the OS user only fills in the form
  expect(screen.text()).toContain(OS_USER);
  screen.press('shift-tab', 'ctrl-u').type('alice').press('tab').type(PERSON_PASSWORD).press('enter');
  await screen.sees(ACCOUNTS);
  screen.resize(100, 30);
  await connectTo(screen, 'admin67');
  screen.type('stty size; echo through-the-shell-$((40+2))\r');
  await screen.output('30 100\r\n');
  await screen.output('through-the-shell-42\r\n');
  const [live] = await postern.json<{ id: string; user: string; from: string }[]>(['sessions', 'list']);
  // what a relay says of an address is hearsay, and shown as such
  expect(live).toMatchObject({ user: 'alice', from: 'login-shell (127.0.0.1)' });
  screen.type('exit\r');
  await screen.sees(ACCOUNTS);

  await eventually('the recording to be stored', async () =>
    (await postern.json<{ id: string; stored: string }[]>(['recordings', 'list'])).some(
      (one) => one.id === live?.id && one.stored === 'safe',
    ),
  );
  screen.press('tab');
  await screen.sees('[Recordings]');
  screen.press('ctrl-r');
  await screen.sees('admin67');
  screen.press('enter');
  await screen.sees('Space play');
  screen.press('end');
  await screen.sees('through-the-shell-42');
  screen.press('escape');
  await screen.sees('[Recordings]');
  screen.press('ctrl-q');
  expect(await screen.exited).toBe(0);
});

test('a command is refused with a sentence, whichever way it comes', { timeout: 30_000 }, async () => {
  const before = postern.output();
  const one = ssh(port, OS_USER, { identity: join(folder, 'key'), options: ['-o', 'RemoteCommand=id'] });
  expect(await one.exited).toBe(1);
  await one.sees('Running a command is not available in this release');
  expect(one.text()).not.toContain('uid=');
  expect(postern.output()).toBe(before);
});

test('without a daemon the person is told, and where to look', { timeout: 60_000 }, async () => {
  await postern.stop();
  const one = ssh(port, OS_USER, { identity: join(folder, 'key') });
  expect(await one.exited).toBe(69);
  await one.sees('Postern does not answer');
  await postern.restart();
});
