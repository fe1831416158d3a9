import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  accountUsers,
  DELIMITERS,
  isDirect,
  printSshUser,
  readSshUser,
  type SshUserReading,
  type Target,
} from '#/domain/destination.js';

const at = (
  user: string,
  address: string,
  port: number | null = null,
  domain: string | null = null,
): Target => ({
  kind: 'account',
  user,
  domain,
  address,
  port,
});
const part = (text: string, port: number | null = null): Target => ({ kind: 'part', text, port });

describe('an ssh user name', () => {
  const only = (vaultUser: string) => [[vaultUser, null]] as const;
  const rows: readonly (readonly [string, readonly (readonly [string, Target | null])[]])[] = [
    ['alice', only('alice')],
    ['', only('')],
    ['@', only('@')],
    ['@web1', only('@web1')],
    [
      'alice@',
      [
        ['alice@', null],
        ['alice', part('')],
      ],
    ],
    [
      'alice@web1',
      [
        ['alice@web1', null],
        ['alice', part('web1')],
      ],
    ],
    [
      'alice@web1#2222',
      [
        ['alice@web1#2222', null],
        ['alice', part('web1', 2222)],
      ],
    ],
    [
      'alice%root%web1%2222',
      [
        ['alice%root%web1%2222', null],
        ['alice@root@web1@2222', null],
        ['alice%root%web1', part('2222')],
        ['alice@root@web1', part('2222')],
        ['alice%root', part('web1', 2222)],
        ['alice@root', part('web1', 2222)],
        ['alice', at('root', 'web1', 2222)],
      ],
    ],
    [
      'alice%root%web1#22%2222',
      [
        ['alice%root%web1#22%2222', null],
        ['alice@root@web1#22@2222', null],
        ['alice%root%web1#22', part('2222')],
        ['alice@root@web1#22', part('2222')],
        ['alice%root', part('web1', 22)],
        ['alice@root', part('web1', 22)],
        ['alice', at('root', 'web1', 22)],
      ],
    ],
    [
      'alice@@web1',
      [
        ['alice@@web1', null],
        ['alice@', part('web1')],
        ['alice', part('web1')],
      ],
    ],
    [
      'alice@root@',
      [
        ['alice@root@', null],
        ['alice@root', part('')],
        ['alice', part('root')],
      ],
    ],
    [
      'alice@root@web1',
      [
        ['alice@root@web1', null],
        ['alice@root', part('web1')],
        ['alice', at('root', 'web1')],
      ],
    ],
    [
      'alice%root%web1',
      [
        ['alice%root%web1', null],
        ['alice@root@web1', null],
        ['alice%root', part('web1')],
        ['alice@root', part('web1')],
        ['alice', at('root', 'web1')],
      ],
    ],
  ];
  test.each(rows)('%s', (text, readings) => {
    expect(readSshUser(text).map(({ vaultUser, target }) => [vaultUser, target])).toEqual(readings);
  });

  const full: readonly (readonly [string, string, Target])[] = [
    ['alice@root@web1#2222', 'alice', at('root', 'web1', 2222)],
    ['alice%root%web1#2222', 'alice', at('root', 'web1', 2222)],
    ['alice@root#corp@web1', 'alice', at('root', 'web1', null, 'corp')],
    ['alice@root#corp@web1#22', 'alice', at('root', 'web1', 22, 'corp')],
    ['alice@corp.example@root@web1', 'alice@corp.example', at('root', 'web1')],
    ['alice@corp.example@root@web1', 'alice', at('corp.example@root', 'web1')],
    ['alice%corp.example%root%web1', 'alice@corp.example', at('root', 'web1')],
    ['alice@admin@corp@web1', 'alice', at('admin@corp', 'web1')],
    ['alice@root@2001:db8::1', 'alice', at('root', '2001:db8::1')],
    ['alice@root@2001:db8::1#2222', 'alice', at('root', '2001:db8::1', 2222)],
    ['alice@root@[::1]#22', 'alice', at('root', '[::1]', 22)],
    ['alice@root@web1#0', 'alice', at('root', 'web1#0')],
    ['alice@root@web1#65536', 'alice', at('root', 'web1#65536')],
    ['alice@root@web1#022', 'alice', at('root', 'web1#022')],
    ['alice@root@web1#x', 'alice', at('root', 'web1#x')],
    ['alice@root@#22', 'alice', at('root', '#22')],
    ['alice@#corp@web1', 'alice', at('#corp', 'web1')],
    ['älice@rööt@wéb1', 'älice', at('rööt', 'wéb1')],
  ];
  test.each(full)('%s may be %s with his target', (text, vaultUser, target) => {
    expect(readSshUser(text)).toContainEqual({ vaultUser, target });
  });

  test('has the longest user of the vault first', () => {
    const lengths = readSshUser('a@b%c@d@e').map(({ vaultUser }) => vaultUser.length);
    expect(lengths).toEqual(lengths.toSorted((a, b) => b - a));
  });

  test('takes other delimiters, and % with them', () => {
    const delimiters = { parts: '+', detail: '~' };
    const wanted = { vaultUser: 'alice@corp', target: at('root', 'web1', 22) };
    expect(readSshUser('alice@corp+root+web1~22', delimiters)).toContainEqual(wanted);
    expect(readSshUser('alice@corp%root%web1~22', delimiters)).toContainEqual(wanted);
    expect(isDirect('alice@corp', delimiters)).toBe(false);
  });

  test.each([
    ['too long', `alice@root@${'w'.repeat(1024)}`],
    ['of too many parts', 'a@'.repeat(12)],
    ['of nothing but delimiters', '@%'.repeat(400)],
  ])('that is %s is one plain name', (_what, text) => {
    expect(readSshUser(text)).toEqual([{ vaultUser: text, target: null }]);
    expect(isDirect(text)).toBe(false);
  });
});

test('an account of a domain may be written in either way', () => {
  expect(accountUsers({ user: 'root', domain: null })).toEqual(['root']);
  expect(accountUsers({ user: 'root', domain: 'corp' })).toEqual(['root#corp', 'root@corp']);
  expect(accountUsers({ user: 'root%corp', domain: null })).toEqual(['root%corp', 'root@corp']);
});

describe('whatever the names', () => {
  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 24 })
    .filter((text) => !/^#|#$/.test(text) && [...text].filter((one) => '@%'.includes(one)).length < 3)
    .filter((text) => !/^[@%]|[@%]$|[@%]{2}/.test(text));
  const plain = name.filter((text) => !/[@%#]/.test(text));
  const port = fc.option(fc.integer({ min: 1, max: 65_535 }));
  const target: fc.Arbitrary<Target> = fc.oneof(
    fc.record({
      kind: fc.constant('account' as const),
      user: name.filter((text) => !text.includes('#')),
      domain: fc.option(name.filter((text) => !text.includes('#'))),
      address: plain,
      port,
    }),
    fc.record({ kind: fc.constant('part' as const), text: plain, port }),
  );
  const reading: fc.Arbitrary<SshUserReading> = fc.record({ vaultUser: name, target: fc.option(target) });

  test('what is printed is read again', () => {
    fc.assert(
      fc.property(reading, fc.constantFrom('@', '%'), (one, parts) => {
        expect(readSshUser(printSshUser(one, { ...DELIMITERS, parts }))).toContainEqual(one);
      }),
    );
  });

  test('each reading prints as what was typed, or as the same with @ for %', () => {
    fc.assert(
      fc.property(reading, (one) => {
        const typed = printSshUser(one);
        const alike = (text: string) => text.replaceAll('%', '@');
        for (const again of readSshUser(typed)) expect(alike(printSshUser(again))).toBe(alike(typed));
      }),
    );
  });

  test('anything at all has between one and 24 readings', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 1200 }), (text) => {
        const readings = readSshUser(text);
        expect(readings.length).toBeGreaterThanOrEqual(1);
        expect(readings.length).toBeLessThanOrEqual(24);
        expect(readings[0]).toEqual({ vaultUser: text, target: null });
      }),
    );
  });
});
