/** What runs without a terminal: through the bastion everything is, to the byte, as straight to the target. */
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, type Postern, startPostern } from '../helpers/postern.ts';
import { Screen } from '../helpers/ssh-screen.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import { ACCOUNT_PASSWORD, keyOf, login, prepare, SAFE } from '../helpers/walk.ts';

let postern: Postern;
let target: Target;
let folder: string;
let config: string;
let identity: string;

beforeAll(async () => {
  [postern, target] = await Promise.all([startPostern(), startTarget()]);
  await prepare(postern, target);
  identity = await keyOf(postern, 'alice');
  folder = mkdtempSync(join(tmpdir(), 'postern-channels-'));
  // the same key opens the target itself: for comparison only
  writeFileSync(join(target.folder, 'keys/admin60'), readFileSync(`${identity}.pub`), { mode: 0o644 });
  config = join(folder, 'config');
  writeFileSync(
    config,
    [
      `Host via\n  Port ${postern.port}\n  User alice%admin60%127.0.0.1#${target.port}`,
      `Host straight\n  Port ${target.port}\n  User admin60`,
      `Host *\n  HostName 127.0.0.1\n  IdentityFile ${identity}\n  IdentitiesOnly yes\n  IdentityAgent none`,
      '  BatchMode yes\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  LogLevel ERROR\n',
    ].join('\n'),
  );
}, 90_000);
afterAll(async () => {
  await postern?.remove();
  await target?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Done {
  readonly status: number | null;
  readonly out: Buffer;
  readonly err: string;
}

async function run(command: string, args: readonly string[], input?: Buffer | 'none'): Promise<Done> {
  const child = spawn(command, [...args], {
    stdio: [input === 'none' ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, GIT_SSH_COMMAND: `ssh -F ${config}` },
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout?.on('data', (bytes: Buffer) => out.push(bytes));
  child.stderr?.on('data', (bytes: Buffer) => err.push(bytes));
  child.stdin?.on('error', () => undefined);
  if (input !== 'none') child.stdin?.end(input ?? '');
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, out: Buffer.concat(out), err: Buffer.concat(err).toString() };
}

const ssh = (host: string, command: readonly string[], input?: Buffer | 'none') =>
  run('ssh', ['-F', config, '-T', host, ...command], input);
const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

async function same(command: readonly string[], input?: Buffer | 'none'): Promise<Done> {
  const [via, straight] = [await ssh('via', command, input), await ssh('straight', command, input)];
  expect({ ...via, out: hash(via.out) }).toEqual({ ...straight, out: hash(straight.out) });
  return via;
}

describe('a command', () => {
  const big = randomBytes(10 * 1024 * 1024);
  test.each<readonly [string, readonly string[], Buffer | 'none' | undefined]>([
    ['output, errors and status apart', ['echo out; echo err >&2; exit 37'], undefined],
    ['arguments as they are', ["printf '%s|' 'a  b' \"c'd\" '$HOME' --opt ' '; printf x\\\\ny"], undefined],
    ['more than one line', ['cat <<E\n%h %% $((6*7))\n  two \nE\necho done '], undefined],
    ['no input (-n)', ['wc -c'], 'none'],
    [
      'a script on standard input',
      ['sh -s a b'],
      Buffer.from(`# ${'x'.repeat(64 * 1024)}\necho "$#"; exit 4\n`),
    ],
    ['10 MB there', ['sha256sum'], big],
    ['10 MB there and back', ['cat'], big],
    ['every byte', ['cat'], Buffer.from(Array.from({ length: 1024 }, (_, i) => i & 255))],
    ['an end of input that is seen at once', ['cat; echo after'], Buffer.from('x')],
    ['a command that is not there', ['no-such-command-here'], undefined],
    ['one that kills itself', ['kill -9 $$'], undefined],
    ['a shell that reads its commands', [], Buffer.from('echo hello\nexit 5\n')],
  ])('%s', { timeout: 60_000 }, async (_what, command, input) => {
    await same(command, input);
  });

  test('only LANG and LC_* pass, and the account’s password is nowhere', { timeout: 30_000 }, async () => {
    const { out } = await ssh('via', ['env']);
    expect(out.toString()).toMatch(/^USER=admin60$/m);
    expect(out.toString()).not.toMatch(/POSTERN|ASKPASS|canary/);
    const value = 'a  "b" \\ \\" %h ${HOME} #ü';
    const sent = { LC_TEST: value, LANG: 'de_DE.UTF-8', LC_POSTERN_REASON: 'for us', OTHER: 'x' };
    const names = Object.keys(sent);
    const shell = `printf '%s|' ${names.map((name) => `"$${name}"`).join(' ')}`;
    const passed = await run('env', [
      ...Object.entries(sent).map(([name, one]) => `${name}=${one}`),
      ...['ssh', '-F', config, '-T', '-o', `SendEnv=${names.join(' ')}`, 'via', shell],
    ]);
    expect(passed.out.toString()).toBe(`${value}|de_DE.UTF-8|||`);
  });

  test('on a terminal the target has its TERM, LANG and LC_*, and nothing else of the client', {
    timeout: 30_000,
  }, async () => {
    const names = async (host: string): Promise<string[]> => {
      const { out } = await run('env', [
        ...['TERM=vt220', 'LANG=de_DE.UTF-8', 'LC_TIME=C', 'LC_POSTERN_REASON=for us', 'OTHER=x'],
        ...['ssh', '-F', config, '-tt', '-o', 'SendEnv=LANG LC_* OTHER', host, 'env'],
      ]);
      return out.toString().split('\r\n');
    };
    const [via, straight] = [await names('via'), await names('straight')];
    expect(via).toEqual(expect.arrayContaining(['TERM=vt220', 'LANG=de_DE.UTF-8', 'LC_TIME=C']));
    // what its own sshd sets is not of the client
    const own = /^(?:SSH_|PWD=|_=|Your session is being recorded)|^$/;
    expect(via.filter((line) => !own.test(line)).toSorted()).toEqual(
      straight.filter((line) => !own.test(line) && !/^(?:OTHER|LC_POSTERN_REASON)=/.test(line)).toSorted(),
    );
  });

  test('passes as the bytes that it is, also where those are no UTF-8', { timeout: 30_000 }, async () => {
    const bytes = "printf 'echo \\351\\377; printf %%s \\300\\257 | od -An -tx1'";
    const [via, straight] = await Promise.all(
      ['via', 'straight'].map((host) =>
        run('sh', ['-c', `ssh -F "$1" -T ${host} "$(${bytes})"`, 'sh', config]),
      ),
    );
    expect(via?.out.toString('latin1')).toBe('\xe9\xff\n c0 af\n');
    expect(via).toEqual(straight);
  });

  test('ends at the target when its client is gone', { timeout: 30_000 }, async () => {
    const mark = `reader-${process.pid}`;
    const child = spawn('ssh', ['-F', config, '-T', 'via', `exec -a ${mark} cat`], { stdio: 'pipe' });
    const uid = target.uidOf('admin60');
    const runs = () =>
      execFileSync('ps', ['-eo', 'uid,args'], { encoding: 'utf8' })
        .split('\n')
        .some((line) => Number.parseInt(line, 10) === uid && line.includes(mark));
    await eventually('it to run', runs);
    child.kill('SIGKILL');
    await eventually('it to end', () => !runs());
    await eventually(
      'nothing to run here',
      async () => (await postern.json<unknown[]>(['sessions', 'list'])).length === 0,
    );
  });

  test('is in the audit with its words, and its recording replays and verifies', {
    timeout: 60_000,
  }, async () => {
    const word = `mark-${process.pid}`;
    await ssh('via', [`echo ${word}; echo to-err >&2; cat`], Buffer.from('typed-in\n'));
    const [row] = await postern.json<{ id: string }[]>(['recordings', 'list']);
    const id = row?.id ?? '';
    await eventually(
      'the recording to be stored',
      async () => (await postern.json<{ stored: string }>(['recordings', 'show', id])).stored === 'safe',
    );
    const text = (await postern.cli(['recordings', 'export', id, '--format', 'txt', '--output', '-'])).stdout;
    expect(text).toContain(word);
    expect(text).toContain('to-err');
    const cast = (await postern.cli(['recordings', 'export', id, '--format', 'v3', '--output', '-'])).stdout;
    expect(cast).toContain(`"m","no terminal: command echo ${word}; echo to-err >&2; cat"`);
    expect(cast).toContain('"i","typed-in\\n"');
    expect((await postern.cli(['recordings', 'verify', id])).status).toBe(0);
    const audit = await postern.json<{ detail: string | null }[]>(['audit', 'list', '--limit', '60']);
    expect(audit.some(({ detail }) => detail?.startsWith(`command echo ${word}`) === true)).toBe(true);
  });
});

describe('files', () => {
  beforeAll(() => {
    const tree = join(folder, 'tree/deep');
    mkdirSync(tree, { recursive: true });
    writeFileSync(join(tree, 'big'), randomBytes(3 * 1024 * 1024));
    writeFileSync(join(folder, 'tree', 'with space'), 'small\n');
    writeFileSync(join(folder, 'tree', 'run.sh'), '#!/bin/sh\n');
    chmodSync(join(folder, 'tree', 'run.sh'), 0o750);
  });
  const listing = (path: string): string =>
    execFileSync(
      'sh',
      [
        '-c',
        'cd "$1" && find . -type f -exec stat -c "%n %a %Y" {} + -exec sha256sum {} + | sort',
        'sh',
        path,
      ],
      {
        encoding: 'utf8',
      },
    );
  const copies: readonly (readonly [string, string, (from: string, to: string) => string[]])[] = [
    ['scp', 'scp', (from, to) => ['-F', config, '-q', '-r', '-p', from, to]],
    ['scp as it was (-O)', 'scp', (from, to) => ['-O', '-F', config, '-q', '-r', '-p', from, to]],
    ['rsync', 'rsync', (from, to) => ['-a', '-e', `ssh -F ${config}`, from, to]],
  ];

  test.each(copies)('%s there and back', { timeout: 60_000 }, async (name, command, args) => {
    const there = `via:copy-${copies.findIndex(([one]) => one === name)}`;
    const back = join(folder, `back-${name.replaceAll(' ', '')}`);
    expect(await run(command, args(join(folder, 'tree'), there))).toMatchObject({ status: 0, err: '' });
    expect(await run(command, args(there, back))).toMatchObject({ status: 0, err: '' });
    // rsync puts the tree into the folder that it makes
    expect(listing(name === 'rsync' ? join(back, there.slice(4), 'tree') : back)).toBe(
      listing(join(folder, 'tree')),
    );
  });

  test('sftp: a batch of its commands', { timeout: 60_000 }, async () => {
    const batch = join(folder, 'batch');
    writeFileSync(
      batch,
      `put ${folder}/tree/run.sh up.sh\nrename up.sh moved.sh\nls -l moved.sh\nget moved.sh ${folder}/got\nrm moved.sh\n`,
    );
    expect(await run('sftp', ['-F', config, '-b', batch, 'via'])).toMatchObject({ status: 0 });
    expect(readFileSync(join(folder, 'got'), 'utf8')).toBe('#!/bin/sh\n');
    const missing = join(folder, 'missing');
    writeFileSync(missing, 'get not-there\n');
    expect((await run('sftp', ['-F', config, '-b', missing, 'via'])).status).toBe(1);
  });

  test('git: clone, commit, push', { timeout: 60_000 }, async () => {
    expect((await ssh('via', ['git init -q --bare repo.git && echo made'])).out.toString()).toBe('made\n');
    const clone = join(folder, 'clone');
    expect(await run('git', ['clone', '-q', 'via:repo.git', clone])).toMatchObject({ status: 0 });
    const git = (...args: string[]) =>
      run('git', ['-C', clone, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args]);
    writeFileSync(join(clone, 'file'), randomBytes(100_000));
    await git('add', 'file');
    await git('commit', '-q', '-m', 'one');
    expect(await git('push', '-q', 'origin', 'HEAD:refs/heads/main')).toMatchObject({ status: 0 });
    expect((await ssh('via', ['git -C repo.git rev-parse main'])).out).toEqual(
      (await git('rev-parse', 'HEAD')).out,
    );
  });

  test('leaves no contents in the recording, but what was transferred and how much went which way', {
    timeout: 60_000,
  }, async () => {
    const rows = await postern.json<{ id: string; bytes: number | null }[]>(['recordings', 'list']);
    const casts = await Promise.all(
      rows.map(
        async ({ id }) =>
          (await postern.cli(['recordings', 'export', id, '--format', 'v3', '--output', '-'])).stdout,
      ),
    );
    const sftp = casts.filter((cast) => cast.includes('no terminal: subsystem sftp'));
    expect(sftp.length).toBeGreaterThan(1);
    for (const cast of sftp) {
      expect(cast).toMatch(/"m","\d+ bytes to the target, \d+ bytes from it"/);
      expect(cast).not.toContain('#!/bin/sh');
      expect(cast.length).toBeLessThan(40_000);
      expect(cast).not.toContain('could not be read');
    }
    const digest = createHash('sha256').update('#!/bin/sh\n').digest('hex');
    expect(sftp.join('')).toMatch(
      new RegExp(`"m","sftp upload [^"]*up\\.sh: 10 bytes, mode 0\\d+, sha256 ${digest}, ok"`),
    );
    expect(sftp.join('')).toMatch(/"m","sftp rename [^"]*up\.sh → [^"]*moved\.sh: ok"/);
  });
});

test('a command on a terminal has one, of the right size, and leaves its status', {
  timeout: 60_000,
}, async () => {
  const screen = new Screen(
    'ssh',
    ['-F', config, '-tt', 'via', 'tty; stty size; printf \'%s|\' "a  b"; read -r x; echo "<$x>"; exit 6'],
    {
      columns: 101,
      rows: 33,
    },
  );
  await screen.output('Your session is being recorded.');
  await screen.output('/dev/pts/');
  await screen.output('33 101');
  await screen.output('a  b|');
  screen.type('typed\r');
  await screen.output('<typed>');
  expect(await screen.exited).toBe(6);
});

test('ten at once on one connection of the person', { timeout: 60_000 }, async () => {
  const socket = join(folder, 'mux');
  const master = spawn('ssh', ['-F', config, '-M', '-S', socket, '-N', 'via'], { stdio: 'ignore' });
  await eventually('the master', () =>
    run('ssh', ['-F', config, '-S', socket, '-O', 'check', 'via']).then(({ status }) => status === 0),
  );
  const ran = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      run('ssh', ['-F', config, '-S', socket, 'via', `echo ${i}; exit ${i}`]),
    ),
  );
  expect(ran.map(({ status, out }) => `${status} ${out.toString()}`)).toEqual(
    Array.from({ length: 10 }, (_, i) => `${i} ${i}\n`),
  );
  master.kill();
});

test('the live screen shows it and ends it; there is nothing to watch or to take up again', {
  timeout: 60_000,
}, async () => {
  const child = spawn('ssh', ['-F', config, '-T', 'via', 'cat'], { stdio: 'pipe' });
  const [told, out]: [Buffer[], Buffer[]] = [[], []];
  child.stderr.on('data', (bytes: Buffer) => told.push(bytes));
  child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
  child.stdin.write('x');
  await eventually('the echo', () => out.length > 0);
  const screen = await login(postern, 'alice', { identity });
  screen.press('tab');
  await screen.sees('[Recordings]');
  screen.press('tab');
  await screen.sees('[Live]');
  await screen.sees(/running +you/);
  screen.press('enter');
  await screen.sees('has no terminal to be seen');
  screen.press('escape');
  await screen.sees(/running +you/);
  screen.press('ctrl-e');
  await screen.sees('End your session');
  const over = new Promise((resolve) => child.once('close', resolve));
  screen.press('enter');
  expect(await over).toBe(255);
  expect(Buffer.concat(told).toString()).toContain('you ended the session');
  screen.press('ctrl-q');
  await screen.exited;
});

test('an unknown host key is refused where nobody can be asked', { timeout: 60_000 }, async () => {
  await postern.json(
    [
      'account',
      'add',
      '--safe',
      SAFE,
      '--address',
      'localhost',
      '--port',
      String(target.port),
      '--user',
      'admin60',
      '--password-stdin',
    ],
    ACCOUNT_PASSWORD,
  );
  const { status, out, err } = await run('ssh', [
    '-F',
    config,
    '-T',
    '-l',
    `alice%admin60%localhost#${target.port}`,
    'via',
    'true',
  ]);
  expect({ status, out: out.toString() }).toEqual({ status: 255, out: '' });
  expect(err).toMatch(/^postern: .*host key.*\(HOST_KEY_UNKNOWN\)\n$/);
});

test('what is refused says so on stderr, with nothing on stdout', { timeout: 60_000 }, async () => {
  for (const [args, sentence] of [
    [['-T', '-s', 'via', 'netconf'], /^postern: Postern passes on no subsystem netconf, only sftp\. Ask/],
    [['-tt', '-s', 'via', 'sftp'], /^postern: sftp runs without a terminal: leave out -t\./],
  ] as const)
    expect(await run('ssh', ['-F', config, ...args])).toMatchObject({
      status: 255,
      out: Buffer.alloc(0),
      err: expect.stringMatching(sentence) as string,
    });
  await postern.json(['account', 'update', 'admin60@127.0.0.1', '--disable', 'being rebuilt']);
  const refused = await ssh('via', ['true']);
  await postern.json(['account', 'update', 'admin60@127.0.0.1', '--enable']);
  expect(refused).toMatchObject({ status: 255, out: Buffer.alloc(0) });
  expect(refused.err).toMatch(/^postern: .*being rebuilt.*\(ACCOUNT_DISABLED\)/);
});
