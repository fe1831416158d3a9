/** ssh person@target-user@address@bastion: no menu between a person and his target. */
import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, type Postern, startPostern } from '../helpers/postern.ts';
import { Screen, ssh } from '../helpers/ssh-screen.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import {
  ACCOUNT_PASSWORD,
  ACCOUNTS,
  addPerson,
  keyOf,
  PERSON_PASSWORD,
  PROMPT,
  prepare,
  SAFE,
} from '../helpers/walk.ts';

let postern: Postern;
let target: Target;
let identity: string;
/** A port of the same address where nobody listens, with an account of the same name. */
const NOBODY = 1;

beforeAll(async () => {
  [postern, target] = await Promise.all([startPostern(), startTarget()]);
  await prepare(postern, target);
  const there = ['--safe', SAFE, '--platform', 'UnixSSH', '--address', '127.0.0.1', '--password-stdin'];
  await postern.json(
    ['account', 'add', ...there, '--port', String(NOBODY), '--user', 'admin60'],
    ACCOUNT_PASSWORD,
  );
  identity = await keyOf(postern, 'alice');
});
afterAll(async () => {
  await postern?.remove();
  await target?.stop();
});

const exact = (person: string, form = '@') => `${person}${form}admin60${form}127.0.0.1#${target.port}`;

/** To the target's prompt, and out of it with a status of its own. */
async function leaveWith(screen: Screen, status: number): Promise<void> {
  await screen.output('Your session is being recorded.', 30);
  await screen.output(PROMPT, 30);
  screen.type(`exit ${status}\r`);
  expect(await screen.exited).toBe(status);
}

/** ssh without a terminal, both streams apart. */
async function plain(user: string, command: readonly string[] = ['true'], more: readonly string[] = []) {
  const args = ['-F', 'none', '-T', '-p', String(postern.port), '-i', identity, '-l', user];
  const options = ['IdentitiesOnly=yes', 'IdentityAgent=none', 'BatchMode=yes', 'StrictHostKeyChecking=no'];
  const given = [...options, 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'].flatMap((one) => ['-o', one]);
  const child = spawn('ssh', [...args, ...given, ...more, '127.0.0.1', ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { out, err, status };
}

test('with a password in the protocol, straight to the target, and out with its exit status', {
  timeout: 60_000,
}, async () => {
  const screen = ssh(postern.port, exact('alice'));
  await screen.sees('Password: ');
  screen.type(PERSON_PASSWORD).press('enter');
  await leaveWith(screen, 7);
  expect(screen.bytes.toString()).not.toContain(ACCOUNTS);
  const [session] = await postern.json<{ user: string; account: string }[]>(['recordings', 'list']);
  expect(session).toMatchObject({ user: 'alice', account: 'admin60@127.0.0.1' });
});

test('with a key and %, whatever the case', { timeout: 60_000 }, async () => {
  await leaveWith(ssh(postern.port, exact('ALICE', '%').replace('admin', 'Admin'), { identity }), 0);
});

test('a user whose name has an @ in it', { timeout: 60_000 }, async () => {
  await addPerson(postern, 'bob@corp.example');
  await postern.json(['safe', 'member', 'add', SAFE, 'bob@corp.example', '--preset', 'ConnectOnly']);
  const screen = ssh(postern.port, exact('bob@corp.example'));
  await screen.sees('Password: ');
  screen.type(PERSON_PASSWORD).press('enter');
  await leaveWith(screen, 3);
});

test('after a lost connection the same command offers the session that runs on', {
  timeout: 60_000,
}, async () => {
  const lost = ssh(postern.port, exact('alice'), { identity });
  await lost.output(PROMPT, 30);
  lost.type('kept=here\r');
  await lost.output(PROMPT);
  lost.kill();
  await eventually('the session to be detached', async () =>
    (await postern.json<{ state: string }[]>(['sessions', 'list'])).some((one) => one.state === 'detached'),
  );
  const screen = ssh(postern.port, exact('alice'), { identity });
  await screen.sees('Begin a new session');
  screen.press('enter');
  await screen.output(PROMPT, 30);
  screen.type('echo "still $kept"; exit 9\r');
  await screen.output('still here\r\n');
  expect(await screen.exited).toBe(9);
});

test('who must choose a new password does so first; without a terminal he is told', {
  timeout: 60_000,
}, async () => {
  await addPerson(postern, 'dave', ['--must-change']);
  await postern.json(['safe', 'member', 'add', SAFE, 'dave', '--preset', 'ConnectOnly']);
  const screen = ssh(postern.port, exact('dave'));
  await screen.sees('Password: ');
  screen.type(PERSON_PASSWORD).press('enter');
  await screen.sees('Choose a new password before anything else.');
  screen.type(PERSON_PASSWORD).press('enter');
  for (let times = 0; times < 2; times += 1) screen.type('another-correct-horse').press('enter');
  await leaveWith(screen, 8);
});

test('what is missing or fits several opens the menu with what is near, and the reason', {
  timeout: 60_000,
}, async () => {
  let screen = ssh(postern.port, 'alice@127.0.0.1', { identity });
  await screen.sees('127.0.0.1 alone does not say which account.');
  await screen.sees('2 of 2');
  screen.kill();
  screen = ssh(postern.port, 'alice@admin60@127.0.0.1', { identity });
  await screen.sees('admin60@127.0.0.1 is more than one account.');
  screen.kill();
  screen = ssh(postern.port, 'alice@admin60@127.0.0.2', { identity });
  await screen.sees('There is no account admin60@127.0.0.2 that you may see.');
  await screen.sees('2 of 2');
  screen.kill();
});

test('without a terminal the exact user names are on stderr, and stdout stays empty', {
  timeout: 60_000,
}, async () => {
  const names = [`  alice@admin60@127.0.0.1#${target.port}  `, `  alice@admin60@127.0.0.1#${NOBODY}  `];
  for (const user of [
    'alice@admin60@127.0.0.1',
    'alice@127.0.0.1',
    'alice@nobody@127.0.0.1',
    'alice@admin60',
  ]) {
    const { out, err, status } = await plain(user);
    expect({ out, status }).toEqual({ out: '', status: 255 });
    expect(err).toMatch(/^postern: .*\n {2}Connect as:\n/);
    for (const name of names) expect(err).toContain(name);
  }
  expect((await plain('alice@root@nowhere.example')).err).toBe(
    'postern: There is no account root@nowhere.example that you may see. Check the spelling.\n' +
      '  The form is alice@TARGETUSER@ADDRESS; the menu lists your accounts.\n',
  );
});

test('who may not see an account learns nothing of it', { timeout: 60_000 }, async () => {
  await addPerson(postern, 'mallory');
  const own = await keyOf(postern, 'mallory');
  const [there, not] = [exact('mallory'), 'mallory@admin61@127.0.0.1'];
  const told = await Promise.all([there, not].map((user) => plain(user, ['true'], ['-i', own])));
  const [one, two] = told.map(({ err }) => err.replace(/account \S+/, 'account X'));
  expect(one).toMatch(/There is no account X that you may see/);
  expect(one).toBe(two);
});

test('a failure of ours or on the way ends with 255 and the reason', { timeout: 60_000 }, async () => {
  const screen = ssh(postern.port, `alice@admin60@127.0.0.1#${NOBODY}`, { identity });
  expect(await screen.exited).toBe(255);
  expect(screen.bytes.toString()).toMatch(
    /postern: .*127\.0\.0\.1:1: connection refused.*\[TARGET_REFUSED, the target's side, stage 5\] .*\r\n$/,
  );
});

test('enrols first where that is due; afterwards the code is asked for in the protocol', {
  timeout: 60_000,
}, async () => {
  await postern.json(['group', 'add', 'Operators']);
  await postern.json(['group', 'set', 'Operators', '--second-factor', 'required']);
  await addPerson(postern, 'carol', ['--group', 'Operators']);
  await postern.json(['safe', 'member', 'add', SAFE, 'carol', '--preset', 'ConnectOnly']);
  const own = await keyOf(postern, 'carol');
  const refused = await plain(exact('carol'), ['true'], ['-i', own]);
  expect(refused).toMatchObject({ out: '', status: 255 });
  expect(refused.err).toMatch(/second factor must be enrolled first/);

  let screen = ssh(postern.port, exact('carol'), { identity: own });
  const text = await screen.sees('2 Type the code');
  const key = (text.match(/\b[A-Z2-7]{4}\b/g) ?? []).join('');
  screen.type(codeOf(key)).press('enter');
  await screen.sees('Your recovery codes');
  screen.press('enter');
  await leaveWith(screen, 4);

  screen = ssh(postern.port, exact('carol'), { identity: own });
  await screen.sees('Code of your authenticator: ');
  screen.type(codeOf(key, 30)).press('enter');
  await leaveWith(screen, 5);
});

function codeOf(key: string, ahead = 0): string {
  const now = `--now=@${Math.floor(Date.now() / 1000) + ahead}`;
  return execFileSync('oathtool', ['--totp', '--base32', now, key], { encoding: 'utf8' }).trim();
}

test('64 connections at once all get in', { timeout: 120_000 }, async () => {
  const began = Date.now();
  const all = await Promise.all(Array.from({ length: 64 }, () => plain('alice@root@nowhere.example')));
  const others = all.filter(({ status, err }) => status !== 255 || !err.includes('There is no account'));
  expect(others).toEqual([]);
  expect(Date.now() - began).toBeLessThan(60_000);
  await eventually('the door to be free again', async () => (await plain('alice@admin60')).status === 255);
});

test('ssh-config writes aliases that just work', { timeout: 60_000 }, async () => {
  const made = await postern.cli([
    ...['ssh-config', '--user', 'Alice', '--host', '127.0.0.1', '--port', String(postern.port)],
    '--multiplex',
  ]);
  expect(made).toMatchObject({ status: 0, stderr: '' });
  const config = join(dirname(identity), 'postern.conf');
  writeFileSync(config, made.stdout.replaceAll('~/.ssh', dirname(identity)));
  const alias = `127.0.0.1-admin60-${target.port}`;
  const options = [
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    'UserKnownHostsFile=/dev/null',
    '-o',
    'LogLevel=ERROR',
  ];
  const args = ['-F', config, '-i', identity, '-o', 'IdentityAgent=none', ...options, '-tt'];
  await leaveWith(new Screen('ssh', [...args, alias]), 6);
  // over the connection that is there already: nobody logs in again
  await leaveWith(new Screen('ssh', [...args, '-o', 'PubkeyAuthentication=no', alias]), 7);
  execFileSync('ssh', [...args, '-O', 'exit', alias], { stdio: 'pipe' });

  expect(await postern.cli(['ssh-config', '--user', 'nobody', '--port', '22'])).toMatchObject({ status: 4 });
  expect(await postern.cli(['ssh-config', '--user', 'alice'])).toMatchObject({ status: 2 });
  expect(await postern.cli(['ssh-config', '--user', 'alice', '--host', 'a b', '--port', '22'])).toMatchObject(
    {
      status: 2,
    },
  );
});

// last: three failed logins make the door wait before it lets this address in again
test('a failed login says nothing of what was wrong', { timeout: 60_000 }, async () => {
  const said: string[] = [];
  for (const user of [exact('alice'), exact('nobody'), 'alice@root@nowhere']) {
    const screen = ssh(postern.port, user, { options: ['-o', 'NumberOfPasswordPrompts=1'] });
    await screen.sees('Password: ');
    screen.type('wrong').press('enter');
    expect(await screen.exited).toBe(255);
    said.push(screen.bytes.toString().replaceAll(user, 'USER').trim());
  }
  expect(new Set(said).size).toBe(1);
});
