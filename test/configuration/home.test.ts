import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkHome } from '#/configuration/check-home.js';
import { defaultRecordings, homePath } from '#/configuration/home.js';
import { parseListen, showAddress } from '#/configuration/listen.js';
import { nearest } from '#/configuration/nearest.js';

const uid = process.getuid?.() ?? 0;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'home-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('where a home lies', () => {
  it('is named by the option, then the environment, then the installation', () => {
    expect(homePath('/a', { POSTERN_HOME: '/b' }, folder)).toBe('/a');
    expect(homePath(undefined, { POSTERN_HOME: '/b/' }, folder)).toBe('/b');
    expect(homePath(undefined, {}, folder)).toBe(`${folder}/.postern`);
    expect(homePath(undefined, {}, '/usr/lib/postern')).toBe('/var/lib/postern');
    expect(homePath(undefined, {}, '/srv/node_modules/postern')).toBe('/var/lib/postern');
    expect(defaultRecordings('/var/lib/postern', '/usr/lib/postern')).toBe('/var/lib/postern/recordings');
    expect(defaultRecordings('/x', folder)).toBe(`${folder}/recordings`);
  });

  it('is in the clone wherever the clone lies', () => {
    mkdirSync(join(folder, 'node_modules/clone/.git'), { recursive: true });
    expect(homePath(undefined, {}, join(folder, 'node_modules/clone'))).toBe(
      join(folder, 'node_modules/clone/.postern'),
    );
  });
});

describe('a home', () => {
  it('is made when it is missing, also below missing folders and with a path of 200 characters', () => {
    const home = join(folder, 'a', 'x'.repeat(200 - folder.length - 3));
    expect(home).toHaveLength(200);
    expect(checkHome(home, uid)).toBeNull();
    expect(readdirSync(home)).toEqual([]);
  });

  it('may be reached by a link, but not by a dangling one', () => {
    mkdirSync(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    symlinkSync(join(folder, 'gone'), join(folder, 'dangling'));
    expect(checkHome(join(folder, 'link'), uid)).toBeNull();
    expect(checkHome(join(folder, 'dangling'), uid)).toContain('is not a directory');
  });

  it('is refused when it is a file', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(checkHome(join(folder, 'file'), uid)).toContain('is not a directory');
  });

  it.each([0o777, 0o775, 0o1777, 0o702])('is refused when others may write to it (mode %o)', (mode) => {
    chmodSync(folder, mode);
    expect(checkHome(folder, uid)).toContain(`can be written by others (mode 0${mode.toString(8)})`);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.runIf(uid === 0)('is refused when it belongs to somebody else', () => {
    chownSync(folder, 4711, 4711);
    expect(checkHome(folder, 0)).toContain('belongs to uid 4711, but this is uid 0');
    expect(readdirSync(folder)).toEqual([]);
  });

  it.runIf(uid === 0)('is refused on a full disk, in words', () => {
    const source = join(import.meta.dirname, '../../src/configuration/check-home.ts');
    const program = `import { checkHome } from ${JSON.stringify(source)}; console.log(checkHome(${JSON.stringify(folder)}, 0));`;
    const script = 'mount -t tmpfs -o size=64k,mode=0700 none "$1" && exec "$2" --input-type=module -e "$3"';
    const said = execFileSync(
      'unshare',
      ['--mount', 'sh', '-c', script, 'sh', folder, process.execPath, program],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
    expect(said).toContain(`${folder}: no space left`);
  });

  it('is refused where none can be made', () => {
    expect(checkHome('/proc/nowhere', uid)).toContain('/proc/nowhere cannot be made');
  });
});

describe('an address to listen on', () => {
  it.each([
    ['127.0.0.1:2222', { address: '127.0.0.1', port: 2222 }],
    ['[::1]:0', { address: '::1', port: 0 }],
    ['*:22', { address: '::', port: 22 }],
    ['localhost:22', { address: '127.0.0.1', port: 22 }],
  ])('%s', (text, wanted) => expect(parseListen(text)).toEqual(wanted));

  it.each([
    '',
    '22',
    ':22',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:65536',
    '::1:22',
    '[127.0.0.1]:22',
    'web1:22',
    '1.2.3:4',
    '127.0.0.1:22 ',
    '127.0.0.1:-1',
  ])('refuses %j', (text) => expect(parseListen(text)).toBeNull());

  it('is shown with brackets where it needs them', () => {
    expect(showAddress({ address: '::1', port: 22 })).toBe('[::1]:22');
    expect(showAddress({ address: '10.0.0.1', port: 22 })).toBe('10.0.0.1:22');
  });
});

describe('the nearest name', () => {
  it.each([
    ['lisen', 'listen'],
    ['LISTEN', 'listen'],
    ['prtls', 'portals'],
    ['zzzzzz', null],
    ['x', null],
  ])('%s is %s', (word, wanted) => expect(nearest(word, ['listen', 'portals', 'recordings'])).toBe(wanted));
});
