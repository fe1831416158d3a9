import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Postern, startPostern } from '../helpers/postern.ts';
import { startTarget, type Target } from '../helpers/target.ts';
import { ACCOUNTS, addPerson, connectTo, keyOf, login, prepare, SAFE } from '../helpers/walk.ts';

let postern: Postern;
let target: Target;

beforeAll(async () => {
  [postern, target] = await Promise.all([startPostern(), startTarget()]);
  await prepare(postern, target);
  await addPerson(postern, 'bob');
  await postern.json(['safe', 'member', 'add', SAFE, 'bob', '--preset', 'ConnectOnly']);
});
afterAll(async () => {
  await postern?.remove();
  await target?.stop();
});

/** The client programs in boxes: pid on the host, and the uid they run as there. */
function clients(): { readonly pid: string; readonly uid: number }[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      if (
        !/^\d+$/.test(pid) ||
        !readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith('/usr/bin/ssh\0-F\0/s/') ||
        !postern.owns(Number(pid))
      )
        return [];
      return [{ pid, uid: statSync(`/proc/${pid}`).uid }];
    } catch {
      return [];
    }
  });
}

const inside = (pid: string, uid: number, command: string): string => {
  try {
    return execFileSync(
      'nsenter',
      [
        '-t',
        pid,
        '-p',
        '-n',
        '-i',
        '-u',
        'setpriv',
        '--reuid',
        String(uid),
        '--regid',
        String(uid),
        '--clear-groups',
        '--no-new-privs',
        'sh',
        '-c',
        command,
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
  } catch (error) {
    return `failed: ${(error as { stderr?: string }).stderr ?? ''}`;
  }
};

/** The pty of a client program, by its name on the host. */
function terminalOf(pid: string): string {
  const { rdev } = statSync(`/proc/${pid}/fd/0`);
  return `/dev/pts/${(rdev & 0xff) | ((rdev >> 12) & 0xfff00)}`;
}

test('two people on one account at once: different uids, and neither sees the other', {
  timeout: 120_000,
}, async () => {
  const alice = await login(postern, 'alice', { identity: await keyOf(postern, 'alice') });
  const bob = await login(postern, 'bob', { identity: await keyOf(postern, 'bob') });
  await connectTo(alice, 'admin60');
  await connectTo(bob, 'admin60');
  const shadows = await postern.json<{ user: string; uid: number; name: string }[]>(['shadow', 'list']);
  const [one, two] = ['alice', 'bob'].map((user) => shadows.find((row) => row.user === user)?.uid ?? 0) as [
    number,
    number,
  ];
  expect(one).not.toBe(two);
  const running = clients();
  expect(new Set(running.map((client) => client.uid))).toEqual(new Set([one, two]));

  for (const client of running) {
    const other = client.uid === one ? two : one;
    const namespaces = (kind: string): Set<string> =>
      new Set(running.map(({ pid }) => readlinkSync(`/proc/${pid}/ns/${kind}`)));
    for (const kind of ['pid', 'net', 'mnt', 'ipc', 'uts']) expect(namespaces(kind).size).toBe(2);
    // from the host's own view, as the shadow uid: files, processes and signals of the other are closed
    expect(inside('1', client.uid, `ls ${postern.home}/profiles/${other}`)).toContain('failed');
    const victim = running.find(({ uid }) => uid === other)?.pid ?? '';
    expect(inside('1', client.uid, `cat /proc/${victim}/environ`)).toContain('failed');
    expect(inside('1', client.uid, `kill -0 ${victim}`)).toContain('failed');
    // what the client program holds open: its own three, and sockets to its one target
    const open = readdirSync(`/proc/${client.pid}/fd`).map((fd) =>
      readlinkSync(`/proc/${client.pid}/fd/${fd}`),
    );
    expect(open.filter((path) => !/^(\/dev\/(pts\/\d+|null|tty)|(socket|pipe):\[\d+\])$/.test(path))).toEqual(
      [],
    );
    expect(new Set(open.filter((path) => path.startsWith('/dev/pts/'))).size).toBe(1);
    // nor can it open the terminal of the other, seen from the host
    const terminal = terminalOf(victim);
    expect(terminal).not.toBe(terminalOf(client.pid));
    expect(inside('1', client.uid, `: > ${terminal}`)).toContain('failed');
    expect(inside('1', client.uid, `: < ${terminal}`)).toContain('failed');
    const status = readFileSync(`/proc/${client.pid}/status`, 'utf8');
    expect(status).toMatch(/NoNewPrivs:\s+1/);
    expect(status).toMatch(/Seccomp:\s+2/);
    expect(status).toMatch(/CapBnd:\s+0+\n/);
    expect(status).toMatch(/Groups:\s*\n/);
    expect(
      readFileSync(`/proc/${client.pid}/net/dev`, 'utf8')
        .split('\n')
        .filter((line) => line.includes(':')),
    ).toHaveLength(1);
  }

  for (const screen of [alice, bob]) {
    screen.type('exit\r');
    await screen.sees(ACCOUNTS);
    screen.press('ctrl-q');
    await screen.exited;
  }
});

test('a damaged profile is set aside, rebuilt and audited at the next connection', {
  timeout: 90_000,
}, async () => {
  const identity = await keyOf(postern, 'alice');
  const shadow = (
    await postern.json<{ user: string; uid: number; profileVersion: number }[]>(['shadow', 'list'])
  ).find((row) => row.user === 'alice');
  const profile = `${postern.home}/profiles/${shadow?.uid ?? 0}`;
  execFileSync('sh', ['-c', 'rm -rf "$1" && ln -s /etc "$1"', 'sh', profile]);
  const screen = await login(postern, 'alice', { identity });
  await connectTo(screen, 'admin60');
  expect(statSync(profile).uid).toBe(shadow?.uid);
  expect(lstatSync(profile).isDirectory()).toBe(true);
  expect(readlinkSync(join(postern.home, 'quarantine', newest(`${postern.home}/quarantine`)))).toBe('/etc');
  screen.type('exit\r');
  await screen.sees(ACCOUNTS);
  screen.press('ctrl-q');
  await screen.exited;
  const audit = await postern.json<{ action: string; actor: string; detail: string | null }[]>([
    'audit',
    'list',
    '--limit',
    '100',
  ]);
  expect(audit.filter((row) => row.action === 'shadowChanged').map((row) => row.detail)).toContainEqual(
    expect.stringContaining('healed'),
  );
});

function newest(folder: string): string {
  return readdirSync(folder).toSorted().at(-1) ?? '';
}

test('shadow reset and delete give fresh profiles with higher versions', { timeout: 90_000 }, async () => {
  const before = (
    await postern.json<{ user: string; profileVersion: number; uid: number }[]>(['shadow', 'list'])
  ).find((row) => row.user === 'bob');
  const reset = await postern.json<{ profileVersion: number; uid: number }>(['shadow', 'reset', 'bob']);
  expect(reset.profileVersion).toBeGreaterThan(before?.profileVersion ?? 0);
  expect(reset.uid).toBe(before?.uid);
  await postern.json(['shadow', 'delete', 'bob']);
  const screen = await login(postern, 'bob', { identity: await keyOf(postern, 'bob') });
  await connectTo(screen, 'admin60');
  screen.type('exit\r');
  await screen.sees(ACCOUNTS);
  screen.press('ctrl-q');
  await screen.exited;
  const after = (
    await postern.json<{ user: string; profileVersion: number; uid: number; state: string }[]>([
      'shadow',
      'list',
    ])
  ).find((row) => row.user === 'bob');
  expect(after).toMatchObject({ uid: before?.uid, state: 'active' });
  expect(after?.profileVersion).toBeGreaterThan(reset.profileVersion);
});
