/** Somebody broke out of ssh: what the walls leave him. probe.c takes the place of the client. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bindsOf, HOST, hasBox, Rig, table, wait } from './rig.ts';

const filter = {
  passed: '0',
  clone_user: 'EPERM',
  clone_net: 'EPERM',
  clone3: 'ENOSYS',
  inet: 'EAFNOSUPPORT',
  inet6: 'EAFNOSUPPORT',
  netlink: 'EAFNOSUPPORT',
  packet: 'EAFNOSUPPORT',
  inet_high: 'EAFNOSUPPORT',
  unix: 'OK',
  tiocsti_high: 'EPERM',
  tioclinux: 'EPERM',
  setuid: 'EPERM',
  setgid: 'EPERM',
  mknod: expect.stringMatching(/^E(PERM|ACCES)$/),
  core: 'EPERM',
  home: 'OK',
  fsize: 'File size limit exceeded',
  ...(process.arch === 'x64' ? { x32: 'Bad system call', int80: 'Bad system call' } : {}),
};

describe.skipIf(!hasBox)('escape (needs root and bubblewrap)', () => {
  let rig: Rig;
  let probe: string;
  beforeAll(() => {
    rig = new Rig();
    probe = join(rig.run, 'probe');
    execFileSync('gcc', ['-static', '-O1', '-o', probe, join(import.meta.dirname, 'probe.c')]);
  });
  afterAll(() => rig?.[Symbol.dispose]());

  test("level 3: no system call, no file and no process that is not the client's own", () => {
    rig.make(
      'escape',
      { program: 'ssh' },
      { binds: bindsOf('/usr/bin/ssh').replace(/^.*\t\/usr\/bin\/ssh$/m, `${probe}\t/usr/bin/ssh`) },
    );
    const { code, out, err } = rig.once(['escape']);
    expect([code, err]).toEqual([0, '']);
    expect(table(out)).toMatchObject({
      ...filter,
      write_s: 'EROFS',
      write_root: 'EACCES',
      write_bin: 'EACCES',
      read_environ_1: 'EACCES',
      read_root_1: 'EACCES',
      kill_1: 'EPERM',
      passwd: 'OK',
    });
  });

  test('level 2: Landlock leaves the home, the session and nobody to signal', async () => {
    const s = rig.make('escape2', { level: '2' });
    // as postern-box does before it starts what is tried here
    chownSync(s, HOST, 203_001);
    chmodSync(s, 0o710);
    const home = join(rig.run, 'homes/escape2');
    const outside = spawn('sleep', ['20'], { uid: 203_001, gid: 203_001, stdio: 'ignore' });
    const abstract = createServer().listen(`\0pt-${process.pid}`);
    const pathname = createServer().listen(join(s, 'dial'));
    await wait(50);
    chmodSync(join(s, 'dial'), 0o666);
    const inside = join(rig.run, 'bin/postern-inside');
    const run = (level: string) =>
      spawnSync(
        inside,
        [
          'run',
          '203001',
          '203001',
          '1000000',
          level,
          '-x',
          probe,
          '-r',
          s,
          '-w',
          home,
          '--',
          probe,
          `${outside.pid}`,
          `pt-${process.pid}`,
          join(s, 'dial'),
        ],
        { encoding: 'utf8', env: { HOME: home } },
      );
    const two = run('2');
    const one = run('1');
    outside.kill('SIGKILL');
    abstract.close();
    pathname.close();
    expect([two.status, two.stderr, one.status]).toEqual([0, '', 0]);
    const walls = {
      ...filter,
      write_root: 'EACCES',
      read_environ_1: 'EACCES',
      passwd: 'EACCES',
      pathname: 'OK',
    };
    expect(table(two.stdout)).toMatchObject({ ...walls, kill_outside: 'EPERM', abstract: 'EPERM' });
    // Level 1 has the same filter, and shows what Landlock is for.
    expect(table(one.stdout)).toMatchObject({ ...filter, kill_outside: 'OK', abstract: 'OK', passwd: 'OK' });
  });

  test('a planted program in a writable home is not run at level 2', () => {
    rig.make('planted', { level: '2' });
    const home = join(rig.run, 'homes/planted');
    const planted = join(home, 'true');
    execFileSync('cp', [probe, planted]);
    chownSync(planted, 203_001, 203_001);
    const r = spawnSync(
      join(rig.run, 'bin/postern-inside'),
      ['run', '203001', '203001', '1000', '2', '-w', home, '--', planted],
      { encoding: 'utf8', env: { HOME: home } },
    );
    expect(r).toMatchObject({ status: 125, stdout: '' });
    expect(r.stderr).toMatch(/^postern-inside: .*Permission denied\n$/);
  });

  test.each([
    ['root', ['0', '203001', '1000', '3']],
    ['the group of root', ['203001', '0', '1000', '3']],
    ['a host account', ['99999', '203001', '1000', '3']],
    ['root kept at level 0', ['-1', '-1', '1000', '0']],
    ['an identity kept at level 3', ['-1', '-1', '1000', '3']],
    ['an identity changed at level 0', ['203001', '203001', '1000', '0']],
    ['no number', ['x', '203001', '1000', '3']],
    ['no limit', ['203001', '203001', '', '3']],
    ['an unknown level', ['203001', '203001', '1000', '4']],
    ['a rule of no kind', ['203001', '203001', '1000', '2', '-q', '/etc']],
    ['a rule for nothing', ['203001', '203001', '1000', '2', '-r', '/none-such']],
  ])('run refuses %s', (_name, args) => {
    const mark = join(rig.run, 'mark');
    writeFileSync(join(rig.run, 'touch.sh'), `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
    const r = spawnSync(
      join(rig.run, 'bin/postern-inside'),
      ['run', ...args, '--', join(rig.run, 'touch.sh')],
      { encoding: 'utf8', env: { HOME: '/' } },
    );
    expect([r.status, r.stdout]).toEqual([125, '']);
    expect(r.stderr).toMatch(/^postern-inside: [\x20-\x7e]+\n$/);
    expect(existsSync(mark)).toBe(false);
  });
});
