/** The box seen from outside and inside, without a target: identity, walls, single use, and its end. */

import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { bindsOf, HOST, hasBox, isRoot, ofUid, processes, Rig, table, until, wait } from './rig.ts';

let uid = 210_000;
const walls = {
  groups: '0',
  capbnd: '0',
  nnp: '1',
  seccomp: '2',
  connect_inet: 'EAFNOSUPPORT',
  tiocsti: 'EPERM',
  unshare: 'EPERM',
  ptrace: 'EPERM',
  home_writable: 'OK',
  fds: '0,1,2',
};

describe.skipIf(!hasBox)('box (needs root and bubblewrap)', () => {
  let rig: Rig;
  const servers: Server[] = [];
  beforeAll(() => {
    rig = new Rig();
  });
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });
  afterAll(() => rig?.[Symbol.dispose]());

  /** An ssh that waits for ever for its target's banner: something that lives until it is ended. */
  async function waiting(session: string, fields: Parameters<Rig['make']>[1] = {}): Promise<number> {
    const of = uid++;
    const s = rig.make(session, { program: 'ssh', uid: `${of}`, gid: `${of}`, ...fields });
    const at = fields?.level === undefined || fields.level === '3' ? '/s' : s;
    const inside = at === '/s' ? '/bin/inside' : join(rig.run, 'bin/postern-inside');
    writeFileSync(
      join(s, 'ssh_config'),
      `Host target\n User nobody\n ProxyCommand ${inside} dial ${at}\n ProxyUseFdpass yes\n`,
    );
    const server = createServer({ pauseOnConnect: true }).listen(join(s, 'dial'));
    servers.push(server);
    await new Promise((r) => server.once('listening', r));
    chmodSync(join(s, 'dial'), 0o666);
    return of;
  }
  const sshOf = (of: number) => ofUid(of).find((p) => p.name === 'ssh');

  test('level 3: the self-test sees one uid, two processes, its own few files and nothing else', async () => {
    rig.make('l3', { uid: '200001', gid: '200002' });
    const host = await rig.host();
    host.do({ do: 'pipes', box: rig.box, args: ['l3'] });
    await host.until(() => host.exit);
    expect(host.exit).toEqual({ code: 0, signal: 0 });
    const seen = table(host.out);
    expect(seen).toMatchObject({
      ...walls,
      uid: '200001',
      gid: '200002',
      interfaces: 'lo',
      processes: '2',
      shadow_readable: 'ENOENT',
    });
    expect(seen['root_entries']?.split(',').sort()).toEqual(
      ['bin', 'dev', 'etc', 'home', 'lib', 'lib64', 'proc', 's', 'tmp', 'usr'].filter(
        (d) => d !== 'lib64' || existsSync('/lib64'),
      ),
    );
  });

  test('level 3 on a pty, with a home of its own in memory', async () => {
    rig.make('l3pty', { home: '' });
    const host = await rig.host();
    host.do({ do: 'pty', box: rig.box, args: ['l3pty'] });
    await host.until(() => host.exit);
    expect(host.exit?.code).toBe(0);
    expect(table(host.out)).toMatchObject({ ...walls, processes: '2' });
  });

  test('level 2: Landlock hides files and processes', () => {
    rig.make('l2', { level: '2' });
    const { code, out } = rig.once(['l2']);
    expect(code).toBe(0);
    expect(table(out)).toMatchObject({
      ...walls,
      uid: '203001',
      processes: 'EACCES',
      root_entries: 'EACCES',
      shadow_readable: 'EACCES',
    });
  });

  test('level 1: ids and seccomp only', () => {
    rig.make('l1', { level: '1' });
    const { code, out } = rig.once(['l1']);
    expect(code).toBe(0);
    expect(table(out)).toMatchObject({ ...walls, uid: '203001', shadow_readable: 'EACCES' });
    expect(Number(table(out)['processes'])).toBeGreaterThan(2);
  });

  test.each([
    ['closed descriptors', 'exec 0<&- 2>&-'],
    ['ignored signals', "trap '' HUP INT QUIT TERM CHLD USR1 XFSZ"],
    ['low limits', 'ulimit -S -n 10; ulimit -S -f 0; ulimit -S -s 256'],
    ['a strange umask', 'umask 0777'],
    ['no working directory', 'mkdir gone && cd gone && rmdir ../gone'],
  ])('a caller that leaves %s changes nothing', async (name, mess) => {
    const session = name.replaceAll(' ', '-');
    const of = await waiting(session);
    const work = join(rig.run, `work-${session}`);
    mkdirSync(work);
    chownSync(work, HOST, HOST);
    const caller = spawn('sh', ['-c', `cd ${work}; ${mess}; exec ${rig.box} ${session}`], {
      uid: HOST,
      gid: HOST,
      stdio: 'pipe',
    });
    const ssh = await until(() => sshOf(of));
    const status = readFileSync(`/proc/${ssh.pid}/status`, 'utf8');
    expect(status).toMatch(/^SigIgn:\s0{12}[01]000$/m);
    expect(status).toMatch(/^Umask:\s0022$/m);
    const limits = readFileSync(`/proc/${ssh.pid}/limits`, 'utf8');
    expect(limits).toMatch(/Max open files\s+1024\s/);
    expect(limits).toMatch(/Max stack size\s+8388608\s/);
    expect(readFileSync(join(rig.run, 'boxes', session, 'pid'), 'utf8')).toMatch(/^\d+ \d+\n$/);
    const ended = new Promise((done) => caller.once('close', done));
    expect(rig.once(['end', session]).code).toBe(0);
    expect(await ended).toBe(143);
  });

  test('a hard limit that cannot be raised is one clear line', () => {
    rig.make('hard');
    const args = [
      '--bounding-set=-sys_resource',
      '--reuid',
      `${HOST}`,
      '--regid',
      `${HOST}`,
      '--clear-groups',
    ];
    const r = spawnSync('setpriv', [...args, 'sh', '-c', `ulimit -f 0; exec ${rig.box} hard`], {
      encoding: 'utf8',
    });
    expect([r.status, r.stderr]).toEqual([125, 'postern-box: pid: File too large\n']);
    expect(readdirSync(join(rig.run, 'boxes/hard')).filter((f) => f.startsWith('pid'))).toEqual([]);
  });

  test('a caller that is gone before the box looked', async () => {
    rig.make('late');
    const sh = `(sleep 0.2; exec ${rig.box} late > ${join(rig.run, 'homes/late.out')} 2>&1) & exit`;
    writeFileSync(join(rig.run, 'homes/late.out'), '', { mode: 0o666 });
    chmodSync(join(rig.run, 'homes/late.out'), 0o666);
    spawnSync('sh', ['-c', sh], { uid: HOST, gid: HOST, stdio: 'ignore' });
    await until(() => readFileSync(join(rig.run, 'homes/late.out'), 'utf8'), 3000);
    expect(readFileSync(join(rig.run, 'homes/late.out'), 'utf8')).toBe('postern-box: the caller is gone\n');
  });

  test('a record is used once', () => {
    rig.make('once');
    expect(rig.once(['once']).code).toBe(0);
    expect(rig.once(['once'])).toMatchObject({
      code: 125,
      out: '',
      err: 'postern-box: once: used already\n',
    });
    expect(readFileSync(join(rig.run, 'boxes/once/pid'), 'utf8')).toMatch(/^\d+ \d+\n$/);
  });

  test('a record that was ended before it started never starts; an unknown one has ended', () => {
    rig.make('early');
    expect(rig.once(['end', 'early']).code).toBe(0);
    expect(rig.once(['early']).code).toBe(125);
    expect(rig.once(['end', 'nothing']).code).toBe(0);
  });

  test('only root and the group may start it', () => {
    rig.make('foreign');
    expect(() => rig.once(['foreign'], 64099, 64099).code).not.toThrow();
    expect(rig.once(['foreign'], 64099, 64099).code).toBeNull();
    expect(rig.once(['foreign']).code).toBe(0);
  });

  test.each(['3', '2', '1'])(
    'level %s: a killed session host takes the box with it within a second',
    async (level) => {
      for (const way of ['pty', 'pipes'] as const) {
        const session = `gone${level}${way}`;
        const of = await waiting(session, { level });
        const host = await rig.host();
        host.do({ do: way, box: rig.box, args: [session] });
        await host.until(() => sshOf(of));
        const watcher = rig.pid(session);
        host.process.kill('SIGKILL');
        await until(
          () => ofUid(of).length === 0 && !processes().some((p) => p.pid === watcher || p.parent === watcher),
          1000,
        );
      }
    },
  );

  test.each(['3', '2', '1'])(
    'level %s: only its shadow comes into the directory of a session',
    async (level) => {
      const session = `door${level}`;
      const of = await waiting(session, { level });
      const dial = join(rig.run, 's', session, 'dial');
      const comesIn = (id: number): boolean =>
        spawnSync('test', ['-S', dial], { uid: id, gid: id }).status === 0;
      chmodSync(join(rig.run, 's'), 0o711);
      expect([comesIn(of), comesIn(of + 1000)]).toEqual([false, false]);
      const host = await rig.host();
      host.do({ do: 'pipes', box: rig.box, args: [session] });
      await host.until(() => sshOf(of));
      expect([comesIn(of), comesIn(of + 1000), comesIn(HOST)]).toEqual([true, false, true]);
      expect(statSync(dirname(dial))).toMatchObject({ uid: HOST, gid: of, mode: 0o40710 });
      rig.once(['end', session]);
    },
  );

  test.each(['3', '2', '1'])('level %s: end ends a running box, and only its own', async (level) => {
    const other = await waiting(`stay${level}`, { level });
    const of = await waiting(`end${level}`, { level });
    const a = await rig.host();
    const b = await rig.host();
    a.do({ do: 'pty', box: rig.box, args: [`stay${level}`] });
    b.do({ do: 'pty', box: rig.box, args: [`end${level}`] });
    await b.until(() => sshOf(of) && sshOf(other));
    expect(rig.once(['end', `end${level}`])).toEqual({ code: 0, out: '', err: '' });
    expect(ofUid(of)).toEqual([]);
    await b.until(() => b.exit);
    expect(b.exit?.code).toBe(143);
    expect(sshOf(other)).toBeDefined();
    expect(rig.once(['end', `end${level}`]).code).toBe(0);
    expect(rig.once(['end', `stay${level}`]).code).toBe(0);
    expect(ofUid(other)).toEqual([]);
  });

  test.each(['3', '2'])('level %s: end ends a box whose watcher hangs', async (level) => {
    const of = await waiting(`hang${level}`, { level });
    const host = await rig.host();
    host.do({ do: 'pipes', box: rig.box, args: [`hang${level}`] });
    await host.until(() => sshOf(of));
    process.kill(rig.pid(`hang${level}`), 'SIGSTOP');
    expect(rig.once(['end', `hang${level}`]).code).toBe(0);
    await until(() => ofUid(of).length === 0, 1000);
  });

  test('end does not touch a process that only has the same pid', () => {
    rig.make('reused');
    writeFileSync(join(rig.run, 'boxes/reused/pid'), `${process.pid} 1\n`);
    expect(rig.once(['end', 'reused']).code).toBe(0);
  });

  test.each(['3', '2', '1'])('level %s: a killed watcher leaves nothing behind', async (level) => {
    const of = await waiting(`orphan${level}`, { level });
    const host = await rig.host();
    host.do({ do: 'pipes', box: rig.box, args: [`orphan${level}`] });
    await host.until(() => sshOf(of));
    process.kill(rig.pid(`orphan${level}`), 'SIGKILL');
    await until(() => ofUid(of).length === 0, 1000);
  });

  test('the environment inside is exactly ours, and the session host has no right to signal the watcher', async () => {
    const of = await waiting('env');
    const host = await rig.host();
    host.do({ do: 'pipes', box: rig.box, args: ['env'] });
    const ssh = await host.until(() => sshOf(of));
    const environ = readFileSync(`/proc/${ssh.pid}/environ`, 'utf8').split('\0').filter(Boolean).sort();
    expect(environ).toEqual([
      'HOME=/home/shadow-a',
      'LANG=C.UTF-8',
      'LOGNAME=shadow-a',
      'PATH=/usr/bin:/bin',
      'SHELL=/bin/inside',
      'SSH_ASKPASS=/bin/askpass',
      'SSH_ASKPASS_REQUIRE=force',
      'TERM=xterm',
      'USER=shadow-a',
    ]);
    const limits = readFileSync(`/proc/${ssh.pid}/limits`, 'utf8');
    expect(limits).toMatch(/Max core file size\s+0\s+0/);
    expect(limits).toMatch(/Max file size\s+1000000\s+1000000/);
    expect(readFileSync(`/proc/${ssh.pid}/status`, 'utf8')).toMatch(/^SigIgn:\s0{12}[01]000$/m); // ssh itself ignores SIGPIPE
    expect(readFileSync(`/proc/${rig.pid('env')}/status`, 'utf8')).toMatch(/^Uid:\t0\t0\t0\t0$/m);
    const kill = spawnSync('kill', ['-9', `${rig.pid('env')}`], { uid: HOST, gid: HOST, encoding: 'utf8' });
    expect(kill.stderr).toMatch(/not permitted/i);
    expect(sshOf(of)).toBeDefined();
    rig.once(['end', 'env']);
  });

  test('Ctrl-C before login ends the client and not the box around it; Ctrl-Z stops nothing', async () => {
    const of = await waiting('ctrlc');
    const host = await rig.host();
    host.do({ do: 'pty', box: rig.box, args: ['ctrlc'] });
    await host.until(() => sshOf(of));
    await wait(150);
    host.do({ do: 'write', data: '\x1a' });
    await wait(100);
    expect(sshOf(of)).toBeDefined();
    host.do({ do: 'write', data: '\x03' });
    await host.until(() => host.exit, 2000);
    expect(host.exit).toEqual({ code: 130, signal: 0 });
    expect(ofUid(of)).toEqual([]);
  });

  describe('who may have written the record', () => {
    const dir = (session: string) => join(rig.run, 'boxes', session);
    const cases: [string, (session: string) => void][] = [
      ['record of another owner', (s) => chownSync(join(dir(s), 'record'), HOST, 0)],
      ['record writable by the group', (s) => chmodSync(join(dir(s), 'record'), 0o664)],
      ['record writable by all', (s) => chmodSync(join(dir(s), 'record'), 0o646)],
      [
        'record is a symbolic link',
        (s) => (
          renameSync(join(dir(s), 'record'), join(dir(s), 'r')), symlinkSync('r', join(dir(s), 'record'))
        ),
      ],
      [
        'record is a directory',
        (s) => (renameSync(join(dir(s), 'record'), join(dir(s), 'r')), mkdirSync(join(dir(s), 'record'))),
      ],
      ['directory of another owner', (s) => chownSync(dir(s), HOST, 0)],
      ['directory writable by all', (s) => chmodSync(dir(s), 0o777)],
      [
        'directory is a symbolic link',
        (s) => (renameSync(dir(s), `${dir(s)}x`), symlinkSync(`${dir(s)}x`, dir(s))),
      ],
      ['passwd of another owner', (s) => chownSync(join(dir(s), 'passwd'), HOST, 0)],
      ['binds writable by all', (s) => chmodSync(join(dir(s), 'binds'), 0o666)],
      ['home of another uid', (s) => chownSync(join(rig.run, 'homes', s), 203002, 203002)],
      ['session directory of another uid', (s) => chownSync(join(rig.run, 's', s), 203002, HOST)],
      [
        'session directory is a symbolic link',
        (s) => (
          renameSync(join(rig.run, 's', s), join(rig.run, 's', `${s}x`)),
          symlinkSync('/', join(rig.run, 's', s))
        ),
      ],
    ];
    test.each(cases)('%s is refused', (name, spoil) => {
      const session = name.replaceAll(' ', '-');
      rig.make(session);
      spoil(session);
      const { code, out, err } = rig.once([session]);
      expect({ code, out }).toEqual({ code: 125, out: '' });
      expect(err).toMatch(/^postern-box: [^\n]+\n$/);
      expect(existsSync(join(dir(session), 'pid'))).toBe(false);
    });

    test('a hard link to the setuid program in a directory of the caller', () => {
      const own = join(rig.run, 'own');
      mkdirSync(join(own, 'bin'), { recursive: true });
      linkSync(rig.box, join(own, 'bin/postern-box'));
      copyFileSync(join(rig.run, 'bin/postern-inside'), join(own, 'bin/postern-inside'));
      chownSync(own, HOST, HOST);
      const moved = Object.assign(Object.create(rig) as Rig, { box: join(own, 'bin/postern-box') });
      expect(moved.once(['l3'])).toMatchObject({ code: 125, out: '' });
    });
  });
});

/** What a record may not say. Each also runs under the sanitizers, as root and as nobody. */
const malformed = (run: string): [string, Record<string, string>, { record?: string; binds?: string }?][] => [
  ['no record', {}, { record: '' }],
  ['no newline at the end', {}, { record: 'level=3' }],
  ['a line without =', {}, { record: 'level\n' }],
  ['an empty line', {}, { record: '\n\n' }],
  ['an unknown key', { shell: '/bin/sh' }],
  ['a key in capitals', { LEVEL: '3' }],
  ['a key twice', {}, { record: 'level=3\nlevel=2\n' }],
  ['a missing key', {}, { record: 'level=3\nuid=203001\n' }],
  ['NUL', {}, { record: 'level=3\0\n' }],
  ['an escape', { term: '\x1b[31m' }],
  ['too large', { lang: 'x'.repeat(9000) }],
  ['level 4', { level: '4' }],
  ['level -1', { level: '-1' }],
  ['level empty', { level: '' }],
  ['uid of root', { uid: '0' }],
  ['uid of the host', { uid: '99999' }],
  ['gid of root', { gid: '0' }],
  ['uid -1', { uid: '-1' }],
  ['uid 2^32-1', { uid: '4294967295' }],
  ['uid 2^32', { uid: '4294967296' }],
  ['uid 2^64', { uid: '18446744073709551616' }],
  ['uid with a space', { uid: ' 203001' }],
  ['uid in hexadecimal', { uid: '0x31999' }],
  ['fsize negative', { fsize: '-5' }],
  ['fsize in words', { fsize: 'unlimited' }],
  ['name with a slash', { name: '../root' }],
  ['name empty', { name: '' }],
  ['name of 33', { name: 'a'.repeat(33) }],
  ['name like an option', { name: '-oProxyCommand' }],
  ['term with a space', { term: 'x y' }],
  ['term of 65', { term: 'a'.repeat(65) }],
  ['lang with a slash', { lang: '../../x' }],
  ['program unknown', { program: 'sh' }],
  ['program empty', { program: '' }],
  ['pty 2', { pty: '2' }],
  ['home relative', { home: 'home' }],
  ['home with ..', { home: `${run}/homes/../homes` }],
  ['home missing', { home: `${run}/homes/none` }],
  ['home is a file', { home: '/etc/hostname' }],
  ['session of another', { session: `${run}/s/other` }],
  ['session outside', { session: '/etc' }],
  ['binds without a tab', {}, { binds: '/usr/bin/ssh\n' }],
  ['binds relative', {}, { binds: '/usr/bin/ssh\tusr/bin/ssh\n' }],
  ['binds with ..', {}, { binds: '/usr/bin/ssh\t/usr/../etc/passwd\n' }],
  ['binds of a directory', {}, { binds: '/usr\t/usr\n' }],
  ['binds of a missing file', {}, { binds: '/usr/bin/none-such\t/usr/bin/none-such\n' }],
  ['binds of two tabs', {}, { binds: '/usr/bin/ssh\t/a\t/b\n' }],
  ['binds empty', {}, { binds: '' }],
  ['binds too many', {}, { binds: '/usr/bin/ssh\t/usr/bin/ssh\n'.repeat(2000) }],
];
/** At level 0 the ids of the record are not used. */
const idsOnly = /^(uid|gid) of/;

describe.each([
  ['as installed (needs root)', 'all', true, '3'],
  ['under sanitizers (needs root)', 'sanitize', true, '3'],
  ['as installed, without root', 'all', false, '0'],
  ['under sanitizers, without root', 'sanitize', false, '0'],
] as const)('refusals %s', (_name, what, asRoot, level) => {
  let rig: Rig;
  const skip = asRoot && !hasBox;
  beforeAll(() => {
    if (!skip) rig = new Rig(what, asRoot || !isRoot ? 0 : HOST);
  });
  afterAll(() => rig?.[Symbol.dispose]());
  const start = (args: string[]) => rig.once(args, rig.caller, rig.caller);
  const own = () => {
    if (!asRoot && isRoot) for (const d of ['boxes', 's', 'homes']) execChown(join(rig.run, d));
  };

  test.skipIf(skip)('each malformed record has one clear line and starts nothing', () => {
    const wrong: unknown[] = [];
    malformed(rig.run).forEach(([name, fields, raw], i) => {
      if (!asRoot && idsOnly.test(name)) return;
      const session = `m${i}`;
      const { uid: id, ...rest } = fields;
      rig.make(
        session,
        { level, ...rest },
        raw?.record === undefined && id !== undefined ? { record: recordWith(rig, session, level, id) } : raw,
      );
      own();
      const r = start([session]);
      if (
        r.code !== 125 ||
        r.out !== '' ||
        !/^postern-box: [\x20-\x7e]+\n$/.test(r.err) ||
        existsSync(join(rig.run, 'boxes', session, 'pid'))
      )
        wrong.push([name, r]);
    });
    expect(wrong).toEqual([]);
  });

  test.skipIf(skip)('usage', () => {
    for (const args of [
      [],
      ['a', 'b'],
      ['end'],
      ['end', 'a', 'b'],
      ['../x'],
      ['a/b'],
      [''],
      ['a'.repeat(65)],
      ['end', '../x'],
      ['inside', 'a'],
      ['--help'],
    ]) {
      const r = start(args);
      expect([args, r.code, r.out]).toEqual([args, 125, '']);
      expect(r.err).toMatch(/^postern-box: [\x20-\x7e]+\n$/);
    }
  });

  test.skipIf(skip || asRoot)(
    'level 0 keeps the identity and still has no_new_privs, seccomp and a watcher',
    () => {
      rig.make('zero', { level: '0' }, { binds: bindsOf('/usr/bin/ssh') });
      own();
      const { code, out, err } = rig.once(['zero']);
      if (what === 'sanitize') return; // AddressSanitizer cannot start under the filter
      expect([code, err]).toEqual([0, '']);
      const { groups: _, ...rest } = walls;
      expect(table(out)).toMatchObject({
        ...rest,
        capbnd: expect.any(String),
        uid: isRoot ? `${HOST}` : `${process.getuid?.()}`,
      });
    },
  );

  test.skipIf(skip)('a level that does not fit who runs it is refused', () => {
    rig.make('misfit', { level: asRoot ? '0' : '3' });
    own();
    expect(start(['misfit'])).toMatchObject({ code: 125, out: '' });
  });
});

function execChown(path: string): void {
  for (const name of [path, ...walk(path)]) chownSync(name, HOST, HOST);
}
function walk(path: string): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((e) => [
    join(path, e.name),
    ...(e.isDirectory() ? walk(join(path, e.name)) : []),
  ]);
}
function recordWith(rig: Rig, session: string, level: string, id: string): string {
  const s = join(rig.run, 's', session);
  return `level=${level}\nuid=${id}\ngid=203001\nname=shadow-a\nprogram=selftest\nhome=\nfsize=100\nterm=xterm\nlang=C\nsession=${s}\n`;
}
