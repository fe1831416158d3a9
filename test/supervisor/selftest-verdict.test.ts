import { describe, expect, it } from 'vitest';
import type { IsolationLevel } from '#/domain/session.js';
import { reductions } from '#/supervisor/reductions.js';
import { parseFindings, wallsOf } from '#/supervisor/selftest-verdict.js';

const identity = { uid: 2_065_535, gid: 2_065_535 };
const box = `uid=2065535
gid=2065535
groups=0
capbnd=0
nnp=1
seccomp=2
interfaces=lo
connect_inet=EAFNOSUPPORT
processes=2
root_entries=s,home,bin,etc,tmp,dev,proc,usr,lib,lib64
shadow_readable=ENOENT
tiocsti=EPERM
unshare=EPERM
ptrace=EPERM
home_writable=OK
fds=0,1,2
`;
const landlock = box
  .replace(/^interfaces=.*$/m, 'interfaces=EACCES')
  .replace(/^processes=.*$/m, 'processes=EACCES')
  .replace(/^root_entries=.*$/m, 'root_entries=EACCES')
  .replace('ENOENT', 'EACCES');
const idsOnly = box
  .replace(/^interfaces=.*$/m, 'interfaces=lo,eth0')
  .replace(/^processes=.*$/m, 'processes=125')
  .replace(/^root_entries=.*$/m, 'root_entries=root,home,etc')
  .replace('shadow_readable=ENOENT', 'shadow_readable=EACCES');

const fallen = (level: IsolationLevel, text: string): string[] =>
  wallsOf(level, parseFindings(text), identity)
    .filter(({ holds }) => !holds)
    .map(({ found }) => found);
const change = (text: string, line: string): string =>
  text.replace(new RegExp(`^${line.split('=')[0]}=.*$`, 'm'), line);

describe('the verdict on a box', () => {
  it('grants each level to what it promises, and not to less', () => {
    expect(fallen(3, box)).toEqual([]);
    expect(fallen(2, landlock)).toEqual([]);
    expect(fallen(1, idsOnly)).toEqual([]);
    expect(fallen(0, '')).toEqual([]);
    expect(fallen(3, landlock)).not.toEqual([]);
    expect(fallen(3, idsOnly)).toEqual(['interfaces=lo,eth0', 'processes=125', 'root_entries=root,home,etc']);
    expect(fallen(2, idsOnly)).toEqual(['processes=125', 'root_entries=root,home,etc']);
  });

  it.each([
    'uid=0',
    'uid=1000',
    'gid=0',
    'groups=1',
    'capbnd=41',
    'nnp=0',
    'seccomp=0',
    'interfaces=lo,eth0',
    'connect_inet=OK',
    'processes=125',
    'processes=ENOENT',
    'root_entries=s,home,root',
    'root_entries=',
    'root_entries=EACCES',
    'shadow_readable=OK',
    'tiocsti=OK',
    'tiocsti=ENOTTY',
    'unshare=OK',
    'ptrace=OK',
    'home_writable=EROFS',
    'fds=0,1,2,7',
    'fds=0,1',
  ])('level 3 falls with %s alone', (line) => expect(fallen(3, change(box, line))).toEqual([line]));

  it.each(
    box
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0] ?? ''),
  )('level 3 falls when nothing is said of %s', (key) => {
    expect(fallen(3, box.replace(new RegExp(`^${key}=.*\n`, 'm'), ''))).toEqual([`${key}=missing`]);
  });

  it('falls for a box that said nothing', () => expect(fallen(1, '').length).toBeGreaterThan(8));
});

describe('what is less than it should be', () => {
  const trials = [
    { level: 3 as const, reached: false, failure: 'bwrap: no permissions', walls: [] },
    { level: 2 as const, reached: true, failure: null, walls: [] },
  ];
  it('is nothing where all walls stand', () => {
    expect(
      reductions({
        root: true,
        namespace: true,
        trials: [{ level: 3, reached: true, failure: null, walls: [] }],
        minimum: 3,
      }),
    ).toEqual([]);
  });
  it('refuses sessions below the minimum, with the line to write', () => {
    const lines = reductions({ root: true, namespace: true, trials, minimum: 3 });
    expect(lines[0]).toContain(
      'ISOLATION 2 IS BELOW THE MINIMUM OF 3: every session is refused (level 3: bwrap: no permissions)',
    );
    expect(lines[1]).toContain('"minimumIsolation": 2');
  });
  it('stays said where it was accepted', () => {
    expect(reductions({ root: true, namespace: true, trials, minimum: 2 })).toEqual([
      'isolation is 2 of 3, as config.json accepts (level 3: bwrap: no permissions)',
    ]);
  });
  it('is loud without root', () => {
    expect(
      reductions({
        root: false,
        namespace: false,
        trials: [{ level: 0, reached: true, failure: null, walls: [] }],
        minimum: 3,
      }).join('\n'),
    ).toMatch(/NOT ROOT[\s\S]*"minimumIsolation": 0/);
  });
});
