import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Pty, type PtyExit, startPty } from '#/session/pty.js';

interface Run {
  readonly pty: Pty;
  readonly output: () => Buffer;
  readonly exit: Promise<PtyExit>;
}

function run(
  script: string,
  hooks: { readonly onDrain?: () => void; readonly size?: { columns: number; rows: number } } = {},
): Run {
  const chunks: Buffer[] = [];
  const { promise, resolve } = Promise.withResolvers<PtyExit>();
  const pty = startPty({
    file: '/bin/sh',
    args: ['-c', script],
    env: ['PATH=/usr/bin:/bin', 'TERM=xterm'],
    size: hooks.size ?? { columns: 80, rows: 24 },
    onData: (bytes) => chunks.push(bytes),
    onExit: resolve,
    onDrain: hooks.onDrain ?? (() => undefined),
  });
  return { pty, output: () => Buffer.concat(chunks), exit: promise };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

const SHORT = Array.from({ length: 2000 }, (_, i) => `${i + 1}\r\n`).join('');
const openFiles = (): number => readdirSync('/proc/self/fd').length;

test('500 short programs, 20 at a time, lose no byte, no status and no descriptor', async () => {
  await run('exit 0').exit;
  const before = openFiles();
  let left = 500;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const one = run('seq 1 2000; exit 3');
      expect(await one.exit).toEqual({ status: 3, signal: null });
      expect(one.output().toString() === SHORT).toBe(true);
    }
  };
  await Promise.all(Array.from({ length: 20 }, worker));
  await until(() => openFiles() <= before);
}, 60_000);

test('output waits for a reader that is paused when the program exits, and comes before the exit', async () => {
  const all = Array.from({ length: 10 }, async () => {
    const one = run('seq 1 2000; exit 3');
    one.pty.pause();
    let over = false;
    void one.exit.then(() => (over = true));
    await until(() => !alive(one.pty.pid));
    const seen = one.output().length;
    await new Promise((resolve) => setImmediate(resolve));
    expect(over).toBe(false);
    expect(one.output().length).toBe(seen);
    one.pty.resume();
    expect(await one.exit).toEqual({ status: 3, signal: null });
    expect(one.output().toString() === SHORT).toBe(true);
  });
  await Promise.all(all);
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a reader that pauses and resumes gets 10 MB, every byte', async () => {
  const hash = createHash('sha256');
  let size = 0;
  const { promise, resolve } = Promise.withResolvers<PtyExit>();
  const pty = startPty({
    file: '/bin/sh',
    args: ['-c', 'stty raw; head -c 10000000 /dev/zero | tr "\\0" "x"'],
    env: [],
    size: { columns: 80, rows: 24 },
    onData: (bytes) => {
      hash.update(bytes);
      size += bytes.length;
      if (size % 7 === 0) return;
      pty.pause();
      setImmediate(() => pty.resume());
    },
    onExit: resolve,
  });
  await promise;
  expect(size).toBe(10_000_000);
  expect(hash.digest('hex')).toBe(createHash('sha256').update('x'.repeat(10_000_000)).digest('hex'));
});

test('binary goes through both ways unchanged', async () => {
  const every = Buffer.from(Array.from({ length: 256 * 40 }, (_, i) => i % 256));
  const one = run(`stty raw -echo; echo ready; head -c ${every.length} | cat`);
  await until(() => one.output().includes('ready'));
  one.pty.write(every);
  await one.exit;
  expect(one.output().subarray('ready\n'.length).equals(every)).toBe(true);
});

test('more than a program reads is queued, says so, and arrives', async () => {
  let drained = 0;
  // on an idle machine a program that reads at once is as fast as we write
  const one = run('stty raw -echo; echo ready; read -r go; sleep 0.2; head -c 1000000 | wc -c', {
    onDrain: () => (drained += 1),
  });
  await until(() => one.output().includes('ready'));
  one.pty.write(Buffer.from('go\n'));
  expect(one.pty.write(Buffer.alloc(1_000_000, 'y'))).toBe(false);
  await one.exit;
  expect(one.output().toString()).toContain('1000000');
  expect(drained).toBe(1);
});

test('the size is there from the start, changes, and a dead terminal takes no harm', async () => {
  const one = run('stty size; trap "stty size; exit" WINCH; echo ready; while :; do sleep 0.02; done', {
    size: { columns: 100, rows: 30 },
  });
  await until(() => one.output().includes('ready'));
  one.pty.resize({ columns: 132, rows: 43 });
  await one.exit;
  expect(one.output().toString()).toBe('30 100\r\nready\r\n43 132\r\n');
  const other = run('trap "echo touched" WINCH; echo ready; read x');
  await until(() => other.output().includes('ready'));
  one.pty.resize({ columns: 7, rows: 11 });
  one.pty.write(Buffer.from('stray\n'));
  one.pty.destroy();
  other.pty.write(Buffer.from('end\n'));
  await other.exit;
  expect(other.output().toString()).toBe('ready\r\nend\r\n');
});

test('destroy hangs up, and the exit is told once', async () => {
  const one = run('echo ready; sleep 100');
  await until(() => one.output().includes('ready'));
  one.pty.destroy();
  one.pty.destroy();
  expect((await one.exit).signal).toBe(1);
});

test('a missing program exits 1', async () => {
  const { promise, resolve } = Promise.withResolvers<PtyExit>();
  startPty({
    file: '/nonexistent',
    args: [],
    env: [],
    size: { columns: 80, rows: 24 },
    onData: () => undefined,
    onExit: resolve,
  });
  expect((await promise).status).toBe(1);
});
