import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entryOf, openLog } from '#/house/log.js';

const now = new Date('2026-11-23T12:00:00.000Z');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a line in the log', () => {
  it.each<[string, object]>([
    ['{"what":"up","role":"vault"}', { at: now.toISOString(), what: 'up', role: 'portal-0' }],
    ['{"at":"then","what":"up"}', { at: 'then', what: 'up', role: 'portal-0' }],
    ['plain words', { at: now.toISOString(), what: 'plain words', role: 'portal-0' }],
    ['[1]', { at: now.toISOString(), what: '[1]', role: 'portal-0' }],
    ['\u001b[31mred\u202e', { at: now.toISOString(), what: '·[31mred·', role: 'portal-0' }],
  ])('%j says whose it is', (line, entry) => expect(entryOf('portal-0', line, now)).toEqual(entry));
});

describe('the log', () => {
  const path = (): string => join(folder, 'logs/postern.log');
  const lines = (): { role: string; what: string }[] =>
    readFileSync(path(), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { role: string; what: string });

  it('holds what the daemon and its children say, for root alone', async () => {
    const seen: string[] = [];
    const log = openLog({ path: path(), now: () => now, alsoTo: (line) => void seen.push(line) });
    const child = new PassThrough();
    log.follow('vault', child);
    log.event('ready', { isolation: 3 });
    child.end('{"what":"one"}\ntwo\n');
    await new Promise((resolve) => child.on('close', resolve));
    await expect.poll(() => lines().length).toBe(3);
    expect(lines().map(({ role, what }) => `${role} ${what}`)).toEqual([
      'supervisor ready',
      'vault one',
      'vault two',
    ]);
    expect(seen.join('')).toBe(readFileSync(path(), 'utf8'));
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'logs')).mode & 0o777).toBe(0o700);
  });

  it('is rotated by size, and keeps three', () => {
    const log = openLog({ path: path(), now: () => now });
    for (let n = 0; n < 5; n += 1) {
      writeFileSync(path(), Buffer.alloc(11 * 1024 * 1024, 32));
      log.event(`after ${n}`);
    }
    expect(readdirSync(join(folder, 'logs')).sort()).toEqual([
      'postern.log',
      'postern.log.1',
      'postern.log.2',
      'postern.log.3',
    ]);
    expect(lines()).toEqual([expect.objectContaining({ what: 'after 4' })]);
  });

  it('that cannot be written stops nobody', () => {
    const log = openLog({ path: path(), now: () => now });
    rmSync(join(folder, 'logs'), { recursive: true });
    expect(() => log.event('lost')).not.toThrow();
  });
});
