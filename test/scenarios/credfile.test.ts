import { execFile } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ComponentRow,
  credentialFile,
  inOrder as inOrderAgain,
  showComponent,
} from '../helpers/component-files.ts';
import { eventually, type Postern, startPostern } from '../helpers/postern.ts';
import { ssh } from '../helpers/ssh-screen.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import { ACCOUNTS, connectTo, keyOf, login, PERSON_PASSWORD, PROMPT, prepare } from '../helpers/walk.ts';

let postern: Postern;
let target: Target;
let identity: string;

beforeAll(async () => {
  [postern, target] = await Promise.all([startPostern({ whole: true }), startTarget()]);
  await prepare(postern, target);
  identity = await keyOf(postern, 'alice');
});
afterAll(async () => {
  await postern?.remove();
  await target?.stop();
});

const file = (role: string, name: string): string => credentialFile(postern, role, name);
const show = (component: string): Promise<ComponentRow> => showComponent(postern, component);
const inOrder = (component: string, connections?: number): Promise<ComponentRow> =>
  inOrderAgain(postern, component, connections);

describe('credential files', () => {
  test('are bound, private, good, and shown without a secret', async () => {
    const rows = await postern.json<ComponentRow[]>(['credfile', 'show']);
    expect(rows.map(({ component, state, hostName }) => [component, state, hostName])).toEqual(
      ['PVWAApp', 'PVWAGW', 'PSMApp', 'PSMGW', 'PSMAdminConnect'].map((one) => [one, 'good', hostname()]),
    );
    for (const [role, names] of [
      ['portal', ['appuser', 'gwuser']],
      ['recorder', ['psmapp']],
      ['session', ['psmgw']],
      ['monitor', ['psmadminconnect']],
    ] as const)
      for (const name of names) {
        const row = rows.find(({ executable }) => executable === `processes/${role}.js`);
        const found = statSync(file(role, `${name}.ini`));
        expect([found.mode & 0o777, found.uid]).toEqual([0o600, row?.uid]);
      }
    expect(Object.keys(rows[0] ?? {})).not.toContain('password');
    const doctor = await postern.cli(['doctor']);
    expect(doctor.stdout).toMatch(/ok {7}credential appuser\.ini: PVWAApp, bound to /);
    expect((await postern.cli(['credfile', 'rotate', 'nobody'])).status).toBe(2);
    expect((await postern.cli(['credfile', 'create', 'PSMApp'])).stderr).toContain('ALREADY_EXISTS');
    expect((await postern.cli(['credfile', '--help'])).stdout).toContain('resync');
  });
});

/** The recorder's own rotation, as its own user in its own place, which kills itself with signal 9 when it has come so far. */
const ROTATOR = `
import { connect } from 'node:net';
import { hostname } from 'node:os';
const [run, at] = process.argv.slice(2);
const dist = run + '/house/dist';
const { RpcPeer } = await import(dist + '/contract/rpc.js');
const { componentCredential } = await import(dist + '/house/component-credential.js');
const { logInAs } = await import(dist + '/processes/shared/component-login.js');
const { rotateCredential } = await import(dist + '/processes/shared/rotate-credential.js');
const reached = (step) => { if (step === at) process.kill(process.pid, 'SIGKILL'); };
const binding = { hostName: hostname(), uid: process.getuid(), executable: 'processes/recorder.js' };
const file = componentCredential({ credentials: run + '/home/credentials', component: 'PSMApp', binding, reached });
const credential = { ...file, promote() { reached('committed'); file.promote(); } };
const peer = new RpcPeer(connect(run + '/vault-recorder.sock'));
const call = peer.call.bind(peer);
peer.call = (name, args, blob) => {
  const answer = call(name, args, blob);
  if (args.step === 'begin') reached('begun');
  if (args.step === 'commit') setImmediate(() => reached('sent'));
  return answer;
};
const login = await logInAs(peer, credential);
if (!login.ok) throw new Error(login.failure.message);
const outcome = await rotateCredential(peer, credential);
if (!outcome.ok) throw new Error(outcome.failure.message);
process.exit(0);
`;

describe.runIf(process.getuid?.() === 0)('kill -9 in the middle of a rotation', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-rotator-'));
  chmodSync(folder, 0o755);
  const script = join(folder, 'rotator.mjs');
  writeFileSync(script, ROTATOR);
  chmodSync(script, 0o644);
  afterAll(() => rmSync(folder, { recursive: true }));

  async function rotator(at: string): Promise<string> {
    const [pid] = await eventually('a recorder', () => {
      const pids = postern.pids('recorder');
      return pids.length > 0 && pids;
    });
    const { uid, gid } = statSync(file('recorder', '.'));
    const { promise, resolve } = Promise.withResolvers<string>();
    execFile(
      'nsenter',
      [
        `--mount=/proc/${pid ?? 0}/ns/mnt`,
        ...['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--'],
        ...[`${postern.run}/house/node_modules/node/bin/node`, script, postern.run, at],
      ],
      { cwd: '/' },
      (error, _out, stderr) => resolve(error === null ? 'done' : (error.signal ?? stderr)),
    );
    return await promise;
  }

  test.each([
    'begun',
    'entropy-written',
    'file-written',
    'sent',
    'committed',
    'entropy-renamed',
    'file-renamed',
  ])('at the step "%s": the next process logs in and rotates', async (step) => {
    expect(await rotator(step)).toBe('SIGKILL');
    if (step === 'entropy-renamed') {
      for (const pid of postern.pids('recorder')) process.kill(pid, 'SIGKILL');
      await inOrder('PSMApp');
    }
    expect(await rotator('never')).toBe('done');
    expect(readdirSync(file('recorder', '.')).toSorted()).toEqual(['psmapp.entropy', 'psmapp.ini']);
  });
});

describe('the login screen', () => {
  test('says that PVWAApp is disabled, and opens again in the same connection', async () => {
    const portals = postern.pids('portal');
    const screen = ssh(postern.port, 'alice');
    await screen.sees('Password');
    await postern.json(['component', 'disable', 'PVWAApp']);
    await screen.sees('Portal unavailable');
    await screen.sees('The component user PVWAApp is disabled.');
    await screen.sees('postern component enable PVWAApp');
    expect((await postern.cli(['doctor'])).stdout).toContain('PVWAApp is disabled');
    await postern.json(['component', 'enable', 'PVWAApp']);
    await screen.sees('Password');
    screen.type(PERSON_PASSWORD).press('enter');
    await screen.sees(ACCOUNTS);
    screen.press('ctrl-q');
    await screen.exited;
    expect(postern.pids('portal')).toEqual(portals);
  });

  test('names a forced mismatch and the command, which repairs it without a restart', async () => {
    const portals = postern.pids('portal');
    const [ini, entropy] = [file('portal', 'appuser.ini'), file('portal', 'appuser.entropy')];
    const aside = mkdtempSync(join(tmpdir(), 'postern-aside-'));
    copyFileSync(ini, join(aside, 'ini'));
    copyFileSync(entropy, join(aside, 'entropy'));
    for (let turn = 0; turn < 2; turn += 1) await postern.json(['credfile', 'rotate', 'PVWAApp']);
    writeFileSync(ini, readFileSync(join(aside, 'ini')));
    writeFileSync(entropy, readFileSync(join(aside, 'entropy')));
    rmSync(aside, { recursive: true });
    expect(await show('PVWAApp')).toMatchObject({ state: 'mismatch' });
    const screen = ssh(postern.port, 'alice');
    await screen.sees('Portal unavailable');
    await screen.sees('postern credfile resync PVWAApp');
    const doctor = await postern.cli(['doctor']);
    expect(doctor.stdout).toMatch(/FAILURE {2}credential appuser\.ini: .* → postern credfile resync PVWAApp/);
    await postern.json(['credfile', 'resync', 'PVWAApp']);
    await screen.sees('Password');
    screen.type(PERSON_PASSWORD).press('enter');
    await screen.sees(ACCOUNTS);
    screen.press('ctrl-q');
    await screen.exited;
    expect(postern.pids('portal')).toEqual(portals);
    expect((await postern.cli(['audit', 'export'])).stdout).toContain('credentialRepaired');
  });

  test('names a file that others can read, also after a restart of the portals', async () => {
    const ini = file('portal', 'gwuser.ini');
    chmodSync(ini, 0o644);
    for (const pid of postern.pids('portal')) process.kill(pid, 'SIGKILL');
    const screen = await eventually('a portal that says so', async () => {
      const one = ssh(postern.port, 'alice');
      return await one.sees('gwuser.ini has mode 0644, wider than 0600', 4).then(
        () => one,
        () => false as const,
      );
    });
    await screen.sees('postern credfile resync PVWAGW');
    await postern.json(['credfile', 'resync', 'PVWAGW']);
    await screen.sees('Password');
    screen.press('escape');
    await screen.exited;
    await inOrder('PVWAGW', 2);
  });
});

describe('PSMGW without its file', () => {
  test('connecting is refused on our side with the file and the command; running sessions go on', async () => {
    const screen = await login(postern, 'alice', { identity });
    await connectTo(screen, 'admin60');
    rmSync(file('session', 'psmgw.ini'));
    screen.type('echo still-$((40+2))\r');
    await screen.output('still-42\r\n');
    const second = await login(postern, 'alice', { identity });
    second.type('admin60');
    await second.sees('> admin60');
    second.press('enter');
    await second.sees('psmgw.ini does not exist');
    await second.sees('our side');
    await second.sees('postern credfile resync PSMGW');
    await postern.json(['credfile', 'create', 'PSMGW']);
    second.type('r');
    await second.output(PROMPT, 30);
    for (const one of [second, screen]) {
      one.type('exit\r');
      await one.seesNot(PROMPT);
      await one.sees(ACCOUNTS, 20);
      one.press('ctrl-q');
      await one.exited;
    }
  });
});
