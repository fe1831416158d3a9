import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstValue, normalDn } from '#/domain/dn.js';
import { firstMatch, type MapRule, ruleText } from '#/policy/directory-map.js';

const person = {
  groups: ['CN=CyberArk_Auditors,OU=Groups,DC=corp,DC=test', 'cn=Linux\\, all,ou=groups,dc=corp,dc=test'],
  attributes: { title: ['Engineer'], departmentNumber: ['7', '9'] },
};
const fits = (rule: MapRule): boolean => firstMatch([{ rule }], person) !== null;

describe('a map', () => {
  test.each<[string, MapRule, boolean]>([
    ['the name of a group', { kind: 'group', group: 'cyberark_auditors' }, true],
    ['a part of the name', { kind: 'group', group: 'CyberArk' }, false],
    [
      'its DN, written otherwise',
      { kind: 'group', group: 'cn=cyberark_auditors, ou=groups, dc=CORP, dc=test' },
      true,
    ],
    [
      'a group of that name elsewhere',
      { kind: 'group', group: 'cn=CyberArk_Auditors,ou=evil,dc=corp,dc=test' },
      false,
    ],
    ['a comma in a name', { kind: 'group', group: 'CN=Linux\\2c all,OU=Groups,DC=corp,DC=test' }, true],
    ['an attribute', { kind: 'attribute', attribute: 'TITLE', value: 'engineer' }, true],
    ['any of its values', { kind: 'attribute', attribute: 'departmentNumber', value: '9' }, true],
    ['another value', { kind: 'attribute', attribute: 'title', value: 'manager' }, false],
    ['an attribute that he does not have', { kind: 'attribute', attribute: 'l', value: '' }, false],
    [
      'a value that he has in another attribute',
      { kind: 'attribute', attribute: 'l', value: 'engineer' },
      false,
    ],
    ['everybody', { kind: 'everybody' }, true],
  ])('%s', (_what, rule, expected) => {
    expect(fits(rule)).toBe(expected);
  });

  test('a group whose name cannot be read is none', () => {
    const odd = { groups: ['nonsense'], attributes: {} };
    expect(firstMatch([{ rule: { kind: 'group', group: 'nonsense' } }], odd)).toBeNull();
  });

  test.each<[MapRule, string]>([
    [{ kind: 'group', group: 'staff' }, 'group staff'],
    [{ kind: 'attribute', attribute: 'title', value: 'Chief' }, 'title is Chief'],
    [{ kind: 'everybody' }, 'everybody'],
  ])('in words: %j', (rule, words) => {
    expect(ruleText(rule)).toBe(words);
  });

  test('the first that fits counts', () => {
    const maps = [
      { n: 1, rule: { kind: 'group', group: 'none' } },
      { n: 2, rule: { kind: 'attribute', attribute: 'title', value: 'engineer' } },
      { n: 3, rule: { kind: 'everybody' } },
    ] as const;
    expect(firstMatch(maps, person)?.n).toBe(2);
    expect(firstMatch(maps.slice(0, 1), person)).toBeNull();
    expect(firstMatch([], person)).toBeNull();
  });
});

describe('a distinguished name', () => {
  test.each([
    ['cn=a,dc=b', 'cn=a,dc=b'],
    ['CN=A , DC=B', 'cn=a,dc=b'],
    ['cn=a\\,b', 'cn=a\\,b'],
    ['cn=a\\2Cb', 'cn=a\\,b'],
    ['cn=\\c3\\bcber', 'cn=über'],
    ['b=2+a=1', 'a=1+b=2'],
    ['2.5.4.3=x', '2.5.4.3=x'],
    ['', null],
    ['a', null],
    ['=a', null],
    ['cn=', null],
    ['cn=a,,dc=b', null],
    ['cn=a\\', null],
    ['cn=a\\zz', null],
  ])('"%s" is %s', (text, normal) => {
    expect(normalDn(text)).toBe(normal);
  });

  test('is called by its first value', () => {
    expect(firstValue('cn=Linux\\, all,dc=x')).toBe('Linux, all');
    expect(firstValue('nonsense')).toBeNull();
  });

  test('that is normal stays as it is', () => {
    const value = fc.string({ minLength: 1, maxLength: 12 }).map((text) => text.replace(/[\\,+]/g, '\\$&'));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 4 }), (parts) => {
        const once = normalDn(parts.map((one) => `cn=${one}`).join(','));
        if (once !== null) expect(normalDn(once)).toBe(once);
      }),
      { seed: 20261123 },
    );
  });
});
