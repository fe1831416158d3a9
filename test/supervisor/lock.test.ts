import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLock } from '#/supervisor/lock.js';
import { identityOf, isAlive } from '#/supervisor/process-identity.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const path = (): string => join(folder, 'lock');

describe('a lock', () => {
  it('is taken once, and again when it was let go', () => {
    const first = takeLock(path());
    expect(first).toMatchObject({ ok: true, stale: false });
    expect(takeLock(path())).toEqual({ ok: false, pid: process.pid });
    if (first.ok) first.release();
    expect(takeLock(path())).toMatchObject({ ok: true, stale: false });
  });

  it('is refused, naming the process, while another process lives that has it', () => {
    const other = spawn('sleep', ['60']);
    try {
      symlinkSync(identityOf(other.pid ?? 0), path());
      expect(takeLock(path())).toEqual({ ok: false, pid: other.pid });
    } finally {
      other.kill('SIGKILL');
    }
  });

  it('is taken over from a dead process', async () => {
    const other = spawn('sleep', ['60']);
    const identity = identityOf(other.pid ?? 0);
    symlinkSync(identity, path());
    const gone = new Promise((resolve) => other.on('exit', resolve));
    other.kill('SIGKILL');
    await gone;
    expect(isAlive(identity)).toBe(false);
    expect(takeLock(path())).toMatchObject({ ok: true, stale: true });
    expect(readlinkSync(path())).toBe(identityOf(process.pid));
    expect(readdirSync(folder)).toEqual(['lock']);
  });

  it.each([
    ['a pid used again by a later process', `${process.pid}:1:${identityOf(process.pid).split(':')[2]}`],
    [
      'a pid of before the last boot',
      identityOf(process.pid).replace(/[^:]*$/, '00000000-0000-0000-0000-000000000000'),
    ],
    ['nonsense', 'nonsense'],
  ])('is taken over from %s', (_, owner) => {
    symlinkSync(owner, path());
    expect(takeLock(path())).toMatchObject({ ok: true, stale: true });
  });

  it('is taken over from a plain file, which no daemon makes', () => {
    writeFileSync(path(), '123');
    expect(takeLock(path())).toMatchObject({ ok: true, stale: true });
  });

  it('lets go only of what is its own', () => {
    const mine = takeLock(path());
    rmSync(path());
    symlinkSync('1:1:1', path());
    if (mine.ok) mine.release();
    expect(existsSync(path()) || readlinkSync(path())).toBe('1:1:1');
  });
});
