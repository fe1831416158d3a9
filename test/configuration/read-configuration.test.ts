import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfiguration, writeKey } from '#/configuration/read-configuration.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'configuration-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const file = (): string => join(home, 'config.json');

describe('reading the configuration', () => {
  it('makes no file, and no home', () => {
    expect(readConfiguration(join(home, 'missing'), {}).ok).toBe(true);
    expect(readConfiguration(home, {}).ok).toBe(true);
    expect(existsSync(file())).toBe(false);
    expect(existsSync(join(home, 'missing'))).toBe(false);
  });

  it('lets the environment win over the file', () => {
    writeFileSync(file(), JSON.stringify({ listen: '127.0.0.1:2200', portals: 3 }));
    expect(
      readConfiguration(home, { POSTERN_LISTEN: '[::1]:0', POSTERN_RECORDINGS: '/srv/tapes' }),
    ).toMatchObject({ ok: true, value: { listen: '[::1]:0', recordings: '/srv/tapes', portals: 3 } });
    expect(readConfiguration(home, { POSTERN_LISTEN: '' })).toMatchObject({
      ok: true,
      value: { listen: '127.0.0.1:2200' },
    });
  });

  it('says where a bad value stands', () => {
    writeFileSync(file(), JSON.stringify({ portal: 3 }));
    expect(readConfiguration(home, {})).toMatchObject({
      problems: [`${file()}: unknown key "portal"; did you mean "portals"?`],
    });
    writeFileSync(file(), '{}');
    expect(readConfiguration(home, { POSTERN_LISTEN: 'nowhere' })).toMatchObject({
      problems: [
        expect.stringContaining('environment (POSTERN_LISTEN): key "listen" has the value "nowhere"'),
      ],
    });
  });

  it.each(['{"portals": 2,}', '', '[1', 'portals: 2'])(
    'refuses what is not JSON and leaves it alone: %j',
    (text) => {
      writeFileSync(file(), text);
      const read = readConfiguration(home, {});
      expect(read.ok || read.problems[0]).toContain(`${file()} cannot be read`);
      expect(readFileSync(file(), 'utf8')).toBe(text);
    },
  );

  it('writes one key and keeps the others', () => {
    writeFileSync(file(), JSON.stringify({ portals: 3 }));
    writeKey(home, 'shadowUidFirst', 3_000_000);
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({ portals: 3, shadowUidFirst: 3_000_000 });
  });
});
