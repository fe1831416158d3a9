/** Tools that sit on top of ssh: aliases of `postern ssh-config`, Ansible over twenty hosts, sshfs. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, chmodSync, constants, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hash, openTwoWays, run, type TwoWays } from '../helpers/two-ways.ts';
import { ACCOUNT_PASSWORD, SAFE } from '../helpers/walk.ts';

/** sshd listens on sixteen addresses at most; the last four are other names of the first four. */
const LISTENING = Array.from({ length: 16 }, (_, n) => `127.0.0.${n + 1}`);
const HOSTS = [...LISTENING, '127.1', '127.2', '127.3', '127.4'];

let ways: TwoWays;
beforeAll(async () => {
  ways = await openTwoWays({}, { addresses: LISTENING });
  const { port, hostKey } = ways.target;
  for (const address of [...HOSTS.slice(1), 'localhost'])
    await ways.postern.json(
      [
        ...[
          'account',
          'add',
          '--safe',
          SAFE,
          '--platform',
          'UnixSSH',
          '--address',
          address,
          '--port',
          String(port),
        ],
        ...['--user', 'admin60', '--password-stdin', '--host-key', hostKey],
      ],
      ACCOUNT_PASSWORD,
    );
}, 240_000);
afterAll(() => ways?.remove());

describe('postern ssh-config', () => {
  let config: string;
  beforeAll(async () => {
    const { postern, folder, identity } = ways;
    const written = await postern.cli([
      ...[
        'ssh-config',
        '--user',
        'alice',
        '--host',
        '127.0.0.1',
        '--port',
        String(postern.port),
        '--multiplex',
      ],
    ]);
    expect(written.status).toBe(0);
    config = join(folder, 'postern.conf');
    const own = [
      `  IdentityFile ${identity}`,
      '  IdentitiesOnly yes\n  BatchMode yes\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  LogLevel ERROR',
    ];
    const control = `ControlPath ${folder}/mux-%C`;
    writeFileSync(
      config,
      `${written.stdout.replaceAll(/ControlPath .*/g, control)}\nHost *\n${own.join('\n')}\n`,
    );
  });
  afterAll(async () => {
    await run(['ssh', '-F', config, '-O', 'exit', 'localhost-admin60']);
  });

  test('ssh, scp, sftp and rsync to an alias just work, over one connection', async () => {
    const { folder } = ways;
    const alias = 'localhost-admin60';
    const file = join(folder, 'some-file');
    writeFileSync(file, randomBytes(100_000));
    chmodSync(file, 0o640);
    expect(await run(['ssh', '-F', config, alias, 'echo in; exit 3'])).toMatchObject({ status: 3, err: '' });
    expect((await run(['ssh', '-F', config, '-O', 'check', alias])).status).toBe(0);
    expect(await run(['scp', '-F', config, '-p', file, `${alias}:`])).toMatchObject({ status: 0, err: '' });
    expect(await run(['scp', '-O', '-F', config, `${alias}:some-file`, join(folder, 'back')])).toMatchObject({
      status: 0,
    });
    expect(
      await run(['rsync', '-a', '-e', `ssh -F ${config}`, `${alias}:some-file`, join(folder, 'again')]),
    ).toMatchObject({
      status: 0,
    });
    for (const one of ['back', 'again'])
      expect(hash(readFileSync(join(folder, one)))).toBe(hash(readFileSync(file)));
    expect(statSync(join(folder, 'again')).mode & 0o777).toBe(0o640);
    const ten = Array.from({ length: 8 }, (_, n) =>
      run(['ssh', '-F', config, alias, `echo ${n}; exit ${n}`]),
    );
    expect((await Promise.all(ten)).map(({ status }) => status)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('scp -3 from one account to another', async () => {
    const { folder } = ways;
    writeFileSync(join(folder, 'three'), 'over here\n');
    expect((await run(['scp', '-F', config, join(folder, 'three'), 'localhost-admin60:three'])).status).toBe(
      0,
    );
    const copied = await run([
      'scp',
      '-3',
      '-F',
      config,
      'localhost-admin60:three',
      '127.0.0.2-admin60:three-there',
    ]);
    expect(copied).toMatchObject({ status: 0 });
    const read = await run(['ssh', '-F', config, 'localhost-admin60', 'cat three-there']);
    expect(read.out.toString()).toBe('over here\n');
  });
});

describe('user names', () => {
  const as = (user: string) => run(['ssh', '-F', ways.config, '-T', '-l', user, 'via', 'echo in']);

  test.each(['alice%admin60%LOCALHOST', 'ALICE@Admin60@localhost', 'alice@admin60%localhost'])(
    '%s is who is meant',
    async (user) => {
      expect(await as(user)).toMatchObject({ status: 0, err: '' });
    },
  );

  test.each(['alice%admin60', 'alice%nobody%localhost', 'alice%localhost%'])(
    '%s leads nowhere, or to a list of names each of which leads somewhere',
    async (user) => {
      const { status, out, err } = await as(user);
      if (status === 0) return;
      expect({ status, out: out.toString() }).toEqual({ status: 255, out: '' });
      const names = [...err.matchAll(/^ {2}(alice\S+)/gm)].map(([, name]) => name ?? '');
      expect(names.length, err).toBeGreaterThan(0);
      for (const name of names.slice(0, 3))
        expect(await as(name), name).toMatchObject({ status: 0, err: '' });
    },
  );
});

describe('ansible over 20 hosts', { timeout: 240_000 }, () => {
  const ansible = (...words: string[]) => {
    const { folder } = ways;
    return run(['/usr/bin/ansible', 'all', '-i', join(folder, 'inventory'), '-f', '20', '-o', ...words], {
      env: {
        HOME: folder,
        ANSIBLE_SSH_ARGS: `-F ${ways.config} -o ControlMaster=auto -o ControlPersist=30s -o ControlPath=${folder}/a-%C`,
        ANSIBLE_HOST_KEY_CHECKING: 'False',
        ANSIBLE_NOCOLOR: '1',
      },
    });
  };
  beforeAll(() => {
    const { folder, target, postern } = ways;
    const rows = HOSTS.map(
      (address, n) =>
        `host${n} ansible_host=127.0.0.1 ansible_port=${postern.port} ansible_user='alice%admin60%${address}%${target.port}'`,
    );
    writeFileSync(
      join(folder, 'inventory'),
      `${rows.join('\n')}\n[all:vars]\nansible_python_interpreter=/usr/bin/python3\n`,
    );
    writeFileSync(join(folder, 'copied'), randomBytes(20_000));
  });

  const counted = (text: string, word: RegExp): number =>
    text.split('\n').filter((line) => word.test(line)).length;

  test.each([
    ['ping', ['-m', 'ping'], /SUCCESS.*pong/],
    ['setup', ['-m', 'setup', '-a', 'gather_subset=min'], /SUCCESS.*ansible_facts/],
  ] as const)('%s', async (_what, words, sign) => {
    const { status, out, err } = await ansible(...words);
    expect(counted(out.toString(), sign), `${out.toString()}${err}`).toBe(20);
    expect(status).toBe(0);
  });

  test('copy', async () => {
    const { folder } = ways;
    // all of them are one machine: each host writes a file of its own
    const { status, out, err } = await ansible(
      ...['-m', 'copy', '-a', `src=${folder}/copied dest=copied-{{ inventory_hostname }} mode=0640`],
    );
    expect(counted(out.toString(), /CHANGED.*"checksum"/), `${out.toString()}${err}`).toBe(20);
    expect(status).toBe(0);
    const { out: sums } = await run([
      'ssh',
      '-F',
      ways.config,
      'straight',
      'sha256sum copied-host* | cut -d" " -f1 | sort -u',
    ]);
    expect(sums.toString().trim()).toBe(hash(readFileSync(join(folder, 'copied'))));
  });
});

/** As root, so that what is missing is the device or the right to mount. */
function canMount(): boolean {
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK);
    execFileSync('sh', ['-c', 'exec 3<>/dev/fuse'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe(canMount() ? 'sshfs' : 'sshfs (skipped: /dev/fuse is not to be used here)', () => {
  test.skipIf(!canMount())('a mounted home: write, read, list, rename, remove', async () => {
    const { folder, config } = ways;
    const mount = join(folder, 'mount');
    mkdirSync(mount);
    expect(await run(['sshfs', '-F', config, 'via:', mount])).toMatchObject({ status: 0 });
    try {
      const bytes = randomBytes(2_000_000);
      writeFileSync(join(mount, 'there'), bytes);
      expect(hash(readFileSync(join(mount, 'there')))).toBe(hash(bytes));
      execFileSync('mv', [join(mount, 'there'), join(mount, 'moved')]);
      const { out } = await run([
        'ssh',
        '-F',
        config,
        'straight',
        'sha256sum < moved; ls there 2>&1 | wc -l',
      ]);
      expect(out.toString()).toMatch(new RegExp(`^${hash(bytes)} `));
      execFileSync('rm', [join(mount, 'moved')]);
    } finally {
      execFileSync('fusermount3', ['-u', mount]);
    }
  });
});
