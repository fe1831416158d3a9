/** The channels of one connection of a person: one login at the target carries them, and each is a session of its own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually, type Postern, startPostern } from '../helpers/postern.ts';
import { Screen } from '../helpers/ssh-screen.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import { keyOf, prepare, SAFE } from '../helpers/walk.ts';

let postern: Postern;
let target: Target;
let folder: string;
let config: string;
let masters: ChildProcess[] = [];

beforeAll(async () => {
  [postern, target] = await Promise.all([startPostern({ config: { sessionHosts: 2 } }), startTarget()]);
  await prepare(postern, target);
  const identity = await keyOf(postern, 'alice');
  folder = mkdtempSync(join(tmpdir(), 'postern-one-'));
  config = join(folder, 'config');
  writeFileSync(
    config,
    `Host via\n  Port ${postern.port}\n  User alice%admin60%127.0.0.1#${target.port}\n  HostName 127.0.0.1\n  IdentityFile ${identity}\n` +
      '  IdentitiesOnly yes\n  IdentityAgent none\n  BatchMode yes\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  LogLevel ERROR\n',
  );
}, 90_000);
afterAll(async () => {
  await postern?.remove();
  await target?.stop();
  rmSync(folder, { recursive: true, force: true });
});
let before = 0;
beforeEach(() => void (before = logins()));
afterEach(async () => {
  for (const master of masters) master.kill();
  masters = [];
  // the connection is gone, and with it what it held at the target
  await eventually('nothing of it to be left', () => atTarget() === 0 && boxes() === 0, 30);
});

const logins = (): number => target.log().split('Accepted password for admin60').length - 1;
const ps = (): readonly string[] =>
  execFileSync('ps', ['-eo', 'uid,args', '--no-headers'], { encoding: 'utf8' }).split('\n');
const atTarget = (): number => {
  const uid = target.uidOf('admin60');
  return ps().filter((line) => Number.parseInt(line, 10) === uid && line.includes('sshd: admin60')).length;
};
const boxes = (): number => ps().filter((line) => line.includes(`${postern.run}/bin/postern-box`)).length;

/** The ssh that holds a login, somewhere below this process: others may run beside us. */
function heldBy(ancestor: number): number | undefined {
  const all = execFileSync('ps', ['-eo', 'pid,ppid,args', '--no-headers'], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^ *(\d+) +(\d+) (.*)$/.exec(line))
    .map((found) => ({ pid: Number(found?.[1]), parent: Number(found?.[2]), args: found?.[3] ?? '' }));
  const below = (pid: number): boolean =>
    pid === ancestor || (pid > 1 && below(all.find((one) => one.pid === pid)?.parent ?? 0));
  return all.find(({ pid, args }) => args.startsWith('ssh -F /s/ssh_config -M') && below(pid))?.pid;
}

async function connection(): Promise<(command: string) => Channel> {
  const socket = join(folder, `mux-${masters.length}`);
  const master = spawn('ssh', ['-F', config, '-M', '-S', socket, '-N', 'via'], { stdio: 'ignore' });
  masters.push(master);
  await eventually('the connection', () => {
    try {
      execFileSync('ssh', ['-F', config, '-S', socket, '-O', 'check', 'via'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
  return (command) => channel(['-S', socket], command);
}

interface Channel {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly status: Promise<number | null>;
}

function channel(args: readonly string[], command: string): Channel {
  const child = spawn('ssh', ['-F', config, '-T', ...args, 'via', command], { stdio: 'pipe' });
  let [out, err] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
  child.stdin.on('error', () => undefined);
  const status = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, out: () => out, err: () => err, status };
}

/** One that waits for its input, and answers. */
async function waiting(run: (command: string) => Channel, word: string): Promise<Channel> {
  const one = run(`echo ${word}; exec cat`);
  let status: number | null | undefined;
  void one.status.then((how) => (status = how));
  await eventually(`${word} to run, or to end`, () => one.out().includes(word) || status !== undefined);
  if (status !== undefined) throw new Error(`it ended with ${status}: ${one.err()}`);
  return one;
}

interface Row {
  readonly id: string;
}
interface AuditRow {
  readonly action: string;
  readonly stage: number | null;
  readonly sessionId: string;
  readonly detail: string | null;
}

test('ten at once: one login, ten sessions, ten recordings', { timeout: 60_000 }, async () => {
  const run = await connection();
  const known = new Set((await postern.json<Row[]>(['recordings', 'list'])).map(({ id }) => id));
  const ten = Array.from({ length: 10 }, (_, i) =>
    run(`echo out-${i}; echo err-${i} >&2; cat >/dev/null; exit ${i}`),
  );
  for (const { child } of ten) child.stdin?.end('x'.repeat(200_000));
  expect(await Promise.all(ten.map(({ status }) => status))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(ten.map(({ out, err }) => out() + err())).toEqual(
    Array.from({ length: 10 }, (_, i) => `out-${i}\nerr-${i}\n`),
  );
  expect(logins() - before).toBe(1);
  const rows = (await postern.json<Row[]>(['recordings', 'list'])).filter(({ id }) => !known.has(id));
  expect(rows).toHaveLength(10);
  const mine = await eventually('the books', async () => {
    const audit = await postern.json<AuditRow[]>(['audit', 'list', '--limit', '400']);
    const found = audit.filter(({ sessionId }) => rows.some(({ id }) => id === sessionId));
    return found.filter(({ action }) => action === 'disconnect').length === 10 && found;
  });
  const used = mine.filter(({ action }) => action === 'use');
  expect(used).toHaveLength(1);
  const riding = mine.filter(
    ({ detail }) => detail === `rides on the login of session ${used[0]?.sessionId}`,
  );
  expect(riding.map(({ stage }) => stage)).toEqual(Array.from({ length: 9 }, () => 4));
  expect(
    new Set(mine.filter(({ action }) => action === 'connect').map(({ sessionId }) => sessionId)).size,
  ).toBe(10);
  // the next one finds it still there
  expect(await run('true').status).toBe(0);
  expect(logins() - before).toBe(1);
});

test('a command on a terminal of a program rides, too: every byte both ways, status, end', {
  timeout: 60_000,
}, async () => {
  const run = await connection();
  expect(await run('true').status).toBe(0);
  // as Ansible asks for one: it has no terminal itself
  const onTerminal = (command: string): Channel =>
    channel(['-S', join(folder, `mux-${masters.length - 1}`), '-tt', '-e', 'none'], command);
  const first = onTerminal(
    'tty; stty size; echo "<$TERM>"; printf "%s|" "a  b"; stty raw -echo; echo ready; head -c 260 | sha256sum; exit 6',
  );
  await eventually('it to be ready', () => first.out().includes('ready'));
  expect(first.out()).toMatch(
    /^Your session is being recorded\.\r\n\/dev\/pts\/\d+\r\n24 80\r\n<[\w-]+>\r\na {2}b\|ready/,
  );
  // all that a client could take for an order to itself, at the beginning of lines
  const keys = Buffer.concat([Buffer.from('\r~.\r'), Buffer.from(Array.from({ length: 256 }, (_, n) => n))]);
  first.child.stdin?.write(keys.subarray(0, 260));
  expect(await first.status).toBe(6);
  expect(first.out()).toContain(createHash('sha256').update(keys.subarray(0, 260)).digest('hex'));
  // more than fits anywhere on its way
  const long = onTerminal('stty -opost; seq 1 200000; exit 3');
  expect(await long.status).toBe(3);
  const numbers = Array.from({ length: 200_000 }, (_, n) => n + 1).join('\n');
  expect(long.out().endsWith(`${numbers}\n`)).toBe(true);
  const killed = onTerminal('echo begun; kill -9 $$');
  expect(await killed.status).toBe(255);
  expect(killed.out()).toContain('begun');
  const known = new Set((await postern.json<Row[]>(['sessions', 'list'])).map(({ id }) => id));
  const left = onTerminal('echo begun; exec sleep 86399');
  await eventually('it to run', () => left.out().includes('begun'));
  const mine = (await postern.json<Row[]>(['sessions', 'list'])).find(({ id }) => !known.has(id));
  await postern.json(['sessions', 'terminate', mine?.id ?? '', '--reason', 'enough']);
  expect(await left.status).toBe(255);
  expect(left.out()).toContain('ended by');
  await eventually('what ran on it to be hung up', () => !ps().some((line) => line.includes('sleep 86399')));
  expect(logins() - before).toBe(1);
  const audit = await postern.json<AuditRow[]>(['audit', 'list', '--limit', '100']);
  expect(audit.filter(({ detail }) => detail?.startsWith('command on a terminal tty;') === true).length).toBe(
    1,
  );
});

test('at a terminal of a person a command has a login of its own: no neighbour holds up his keys', {
  timeout: 30_000,
}, async () => {
  const run = await connection();
  expect(await run('true').status).toBe(0);
  const socket = join(folder, `mux-${masters.length - 1}`);
  const screen = new Screen('ssh', ['-F', config, '-S', socket, '-t', 'via', 'stty size; exit 4']);
  await screen.output('24 80');
  expect(await screen.exited).toBe(4);
  expect(logins() - before).toBe(2);
});

test('another connection of the same person has a login of its own', { timeout: 30_000 }, async () => {
  const [one, other] = [await connection(), await connection()];
  const both = [await waiting(one, 'one'), await waiting(other, 'other')];
  expect(logins() - before).toBe(2);
  for (const { child } of both) child.stdin?.end();
});

test('a session that is terminated ends alone', { timeout: 30_000 }, async () => {
  const run = await connection();
  // the first one made the login
  const first = await waiting(run, 'first');
  const second = await waiting(run, 'second');
  const list = await postern.json<{ id: string; startedAt: string }[]>(['sessions', 'list']);
  const oldest = list.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt))[0];
  await postern.json(['sessions', 'terminate', oldest?.id ?? '', '--reason', 'enough']);
  expect(await first.status).toBe(255);
  expect(first.err()).toContain('enough');
  second.child.stdin?.end('still here\n');
  expect(await second.status).toBe(0);
  expect(second.out()).toBe('second\nstill here\n');
  expect(logins() - before).toBe(1);
});

test('a login that is killed takes its channels along, with words, and the next one is made anew', {
  timeout: 30_000,
}, async () => {
  const run = await connection();
  const two = [await waiting(run, 'a'), await waiting(run, 'b')];
  const pid = await eventually('the ssh of the login', () => heldBy(postern.pid));
  process.kill(pid, 'SIGKILL');
  for (const one of two) {
    expect(await one.status).toBe(255);
    expect(one.err()).toContain('The connection to the target was lost');
  }
  expect(await run('exit 4').status).toBe(4);
  expect(logins() - before).toBe(2);
});

test('a target that opens one session a login gets as many logins as there are channels', {
  timeout: 40_000,
}, async () => {
  const config_ = join(target.folder, 'sshd_config');
  const whole = readFileSync(config_, 'utf8');
  // until it listens again, who connects is refused
  const reload = async (): Promise<void> => {
    const starts = (): number => target.log().split('Server listening on').length;
    const before_ = starts();
    process.kill(Number(readFileSync(join(target.folder, 'pid'), 'utf8')), 'SIGHUP');
    await eventually('sshd to listen again', () => starts() > before_);
  };
  appendFileSync(config_, 'Match User admin60\n  MaxSessions 1\n');
  await reload();
  const run = await connection();
  const three = await Promise.all(['a', 'b', 'c'].map((word) => waiting(run, word)));
  expect(logins() - before).toBe(3);
  const fourth = channel(
    ['-S', join(folder, `mux-${masters.length - 1}`), '-tt'],
    'echo on a terminal; exit 4',
  );
  expect(await fourth.status).toBe(4);
  expect(fourth.out()).toBe('Your session is being recorded.\r\non a terminal\r\n');
  expect(logins() - before).toBe(4);
  for (const one of three) {
    one.child.stdin?.end('end\n');
    expect(await one.status).toBe(0);
    expect(one.err()).toBe('');
  }
  writeFileSync(config_, whole);
  await reload();
});

test('who loses the right to the account loses the login too, also one that carries nothing', {
  timeout: 40_000,
}, async () => {
  const run = await connection();
  expect(await run('true').status).toBe(0);
  expect(atTarget()).toBeGreaterThan(0);
  await postern.json(['safe', 'member', 'remove', SAFE, 'alice']);
  await eventually('the login to be gone', () => atTarget() === 0, 5);
  await postern.json(['safe', 'member', 'add', SAFE, 'alice', '--preset', 'ConnectOnly']);
  expect(logins() - before).toBe(1);
});

test('a name leads to what it means now, and not to what it meant when the connection began', {
  timeout: 60_000,
}, async () => {
  const run = await connection();
  expect(await run('true').status).toBe(0);
  const rows = await postern.json<readonly { readonly id: string; readonly user: string }[]>([
    'account',
    'list',
  ]);
  const id = rows.find(({ user }) => user === 'admin60')?.id ?? '';
  const refused = async (): Promise<string> => {
    const one = run('echo reached');
    expect(await one.status).toBe(255);
    expect(one.out()).toBe('');
    return one.err();
  };
  // another account than the one that was named: it is not reached by the old name
  await postern.json(['account', 'update', id, '--address', 'localhost']);
  expect(await refused()).toContain('alice@admin60@localhost');
  await postern.json(['account', 'update', id, '--address', '127.0.0.1']);
  const again = run('echo reached');
  expect(await again.status).toBe(0);
  expect(again.out()).toBe('reached\n');
  await postern.json(['account', 'update', id, '--disable', 'under repair']);
  expect(await refused()).toContain('under repair');
  await postern.json(['account', 'update', id, '--enable']);
  expect(await run('true').status).toBe(0);
  await postern.json(['account', 'delete', id]);
  expect(await refused()).toContain('admin60');
});
