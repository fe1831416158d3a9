/** An installed RUN directory to test against, and the hands to start and end boxes in it. */
import { type ChildProcess, execFileSync, fork, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { News, Order } from './host.ts';

export const isRoot = process.getuid?.() === 0;
export const hasBox = isRoot && existsSync('/usr/bin/bwrap');
/** The session host's account and group in these tests; no such names exist on the host, nor need they. */
export const HOST = 64055;
export const SHADOW = 203001;
const here = import.meta.dirname;
const wrapper = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64']
  .map((d) => join(d, 'libnss_wrapper.so'))
  .find((f) => existsSync(f));
export const hasWrapper = wrapper !== undefined;

export type Fields = Partial<
  Record<
    'level' | 'uid' | 'gid' | 'name' | 'program' | 'home' | 'fsize' | 'term' | 'lang' | 'session' | 'pty',
    string
  >
>;

export function bindsOf(program: string): string {
  const libraries = execFileSync('ldd', [program], { encoding: 'utf8' }).match(/\/\S+/g) ?? [];
  const files = [program, ...libraries];
  return (
    [
      ...files.map((f) => `${realpathSync(f)}\t${f}`),
      ...(wrapper ? [`${realpathSync(wrapper)}\t${wrapper}`] : []),
    ].join('\n') + '\n'
  );
}

export class Rig {
  readonly run: string;
  readonly box: string;
  /** Who starts boxes: the sanitized program is never setuid, so as root it is started by root. */
  readonly caller: number;
  readonly #hosts: Host[] = [];

  constructor(what: 'all' | 'sanitize' = 'all', owner = 0) {
    this.caller = what === 'sanitize' && owner === 0 ? 0 : HOST;
    // Not /tmp: it is mounted nosuid in many places. A short path, as socket names end at 107 bytes.
    this.run = realpathSync(mkdtempSync(join(isRoot ? '/run' : tmpdir(), 'pt-')));
    const build = join(this.run, 'build');
    execFileSync('make', ['-s', '-C', resolve(here, '../../native'), `BUILD=${build}`, what], {
      stdio: 'pipe',
    });
    for (const d of ['bin', 'boxes', 's', 'homes']) mkdirSync(join(this.run, d));
    chmodSync(this.run, 0o755);
    this.box = join(this.run, 'bin/postern-box');
    const from = what === 'all' ? build : join(build, 'san');
    copyFileSync(join(from, 'postern-box'), this.box);
    copyFileSync(join(from, 'postern-inside'), join(this.run, 'bin/postern-inside'));
    symlinkSync('postern-inside', join(this.run, 'bin/postern-askpass'));
    rmSync(build, { recursive: true });
    if (isRoot) {
      execFileSync('chown', ['-R', `${owner}`, this.run]);
      if (owner === 0) chownSync(this.box, 0, HOST);
    }
    chmodSync(this.box, isRoot && owner === 0 && what === 'all' ? 0o4750 : 0o755);
  }

  /** Writes a record as the supervisor would; `raw` replaces whole files, for malformed ones. */
  make(session: string, fields: Fields = {}, raw: Partial<Record<'record' | 'binds', string>> = {}): string {
    const dir = join(this.run, 'boxes', session);
    const s = join(this.run, 's', session);
    const home = join(this.run, 'homes', session);
    for (const d of [dir, s, home]) mkdirSync(d);
    chmodSync(dir, 0o711);
    chmodSync(s, 0o700);
    chmodSync(home, 0o700);
    const level = fields.level ?? '3';
    const uid = Number(fields.uid ?? SHADOW);
    if (isRoot && level !== '0') {
      if (uid > 0) chownSync(home, uid, uid);
      chownSync(s, this.caller, this.caller);
    }
    const all: Fields = {
      level,
      uid: `${uid}`,
      gid: `${uid}`,
      name: 'shadow-a',
      program: 'selftest',
      home,
      fsize: '1000000',
      term: 'xterm',
      lang: 'C.UTF-8',
      session: s,
      ...fields,
    };
    writeFileSync(
      join(dir, 'record'),
      raw.record ??
        Object.entries(all)
          .map(([k, v]) => `${k}=${v}\n`)
          .join(''),
      { mode: 0o644 },
    );
    writeFileSync(join(dir, 'binds'), raw.binds ?? bindsOf('/usr/bin/ssh'));
    writeFileSync(join(dir, 'passwd'), `shadow-a:x:${uid}:${uid}::/home/shadow-a:/bin/inside\n`);
    writeFileSync(join(dir, 'group'), `shadow-a:x:${uid}:\n`);
    writeFileSync(join(dir, 'nsswitch.conf'), 'passwd: files\ngroup: files\n');
    return s;
  }

  /** Runs the box to its end, as the (unprivileged) session host's account. */
  once(args: string[], uid = HOST, gid = HOST): { code: number | null; out: string; err: string } {
    const as = isRoot ? { uid, gid } : {};
    const r = spawnSync(this.box, args, {
      ...as,
      encoding: 'utf8',
      env: { ASAN_OPTIONS: 'detect_leaks=0' },
      timeout: 20_000,
      input: '',
    });
    return { code: r.status, out: r.stdout, err: r.stderr };
  }

  async host(): Promise<Host> {
    const host = new Host();
    this.#hosts.push(host);
    await host.ready;
    return host;
  }

  pid(session: string): number {
    return Number(readFileSync(join(this.run, 'boxes', session, 'pid'), 'utf8').split(' ')[0]);
  }

  [Symbol.dispose](): void {
    for (const host of this.#hosts) host.process.kill('SIGKILL');
    if (!isRoot) for (const s of readdirSync(join(this.run, 'boxes'))) this.once(['end', s]);
    else for (const s of readdirSync(join(this.run, 'boxes'))) spawnSync(this.box, ['end', s]);
    rmSync(this.run, { recursive: true, force: true });
  }
}

export class Host {
  readonly process: ChildProcess;
  out = '';
  exit: { code: number; signal: number | string } | undefined;
  readonly ready: Promise<void>;

  constructor() {
    this.process = fork(join(here, 'host.ts'), [`${HOST}`, `${HOST}`], {
      execPath: resolve(here, '../../node_modules/.bin/node'),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.ready = new Promise((ready, failed) => {
      this.process.once('error', failed);
      this.process.on('message', (news: News) => {
        if ('ready' in news) ready();
        else if ('data' in news) this.out += news.data;
        else this.exit = { code: news.exit, signal: news.signal };
      });
    });
  }

  do(order: Order): void {
    this.process.send(order);
  }

  async until<T>(test: () => T | undefined | false | null, within = 10_000): Promise<T> {
    return until(test, within, () => this.out);
  }
}

export async function until<T>(
  test: () => T | undefined | false | null,
  within = 10_000,
  tell = () => '',
): Promise<T> {
  for (const end = Date.now() + within; ; await wait(10)) {
    const value = test();
    if (value) return value;
    if (Date.now() > end) throw new Error(`not within ${within} ms; so far: ${tell()}`);
  }
}

/** What the self-test printed, as a table. */
export function table(out: string): Record<string, string> {
  return Object.fromEntries(
    out
      .split(/\r?\n/)
      .filter((l) => l.includes('='))
      .map((l) => [l.slice(0, l.indexOf('=')), l.slice(l.indexOf('=') + 1)]),
  );
}

/** Living processes below one, or of one uid, as the host sees them. */
export function processes(): { pid: number; parent: number; uid: number; name: string }[] {
  return readdirSync('/proc')
    .filter((n) => /^\d+$/.test(n))
    .flatMap((n) => {
      try {
        const status = readFileSync(`/proc/${n}/status`, 'utf8');
        const of = (key: string) => new RegExp(`^${key}:\\s*(\\S+)`, 'm').exec(status)?.[1] ?? '';
        return of('State') === 'Z'
          ? []
          : [{ pid: Number(n), parent: Number(of('PPid')), uid: Number(of('Uid')), name: of('Name') }];
      } catch {
        return [];
      }
    });
}

export const ofUid = (uid: number) => processes().filter((p) => p.uid === uid);
export { wait };
