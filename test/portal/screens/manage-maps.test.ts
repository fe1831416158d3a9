import { expect, test } from 'vitest';
import type { DirectoryMapRow, DirectoryRow } from '#/contract/directory-rows.js';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import type { VaultRight } from '#/domain/permission.js';
import { mapOf, newMapFields } from '#/portal/screens/maps/map-fields.js';
import { alice } from '../fake-services.ts';
import { mount } from '../mount.ts';

const person = (...rights: readonly VaultRight[]) => ({ ...alice, person: { ...alice.person, rights } });
const map = (position: number, rule: string, groups: readonly string[]): DirectoryMapRow => ({
  ...{ position, rule, groups, rights: [], location: null },
});
const CORP: DirectoryRow = {
  ...{ name: 'corp', enabled: true, preset: true, bindDn: 'cn=x', people: 3 },
  settings: {
    ...{ kind: 'openldap', servers: [{ host: 'ldap.test', port: 636 }], plain: false, ca: null },
    ...{ base: 'dc=x', userClass: 'person', userAttributes: ['uid'], keyAttribute: null },
    ...{ groupBase: null, nested: 'off', timeout: 5000 },
  },
  maps: [map(1, 'group CyberArk_Auditors', ['Auditors']), map(2, 'group staff', ['Linux'])],
};
const directories = () => Promise.resolve(done([CORP]));

test.each([
  [60, 20],
  [80, 24],
  [200, 50],
])('a map is added, moved and removed, and somebody is tried, at %ix%i', async (columns, rows) => {
  const asked: unknown[] = [];
  const { terminal } = mount({
    loggedIn: person('manageDirectoryMapping'),
    columns,
    rows,
    services: {
      directories,
      addMap: (...args) => {
        asked.push(args);
        return Promise.resolve(
          asked.length === 1 ? failed(failure('DENIED', 'you are not in Linux')) : done(CORP.maps),
        );
      },
      moveMap: (...args) => {
        asked.push(['move', ...args]);
        return Promise.resolve(done(CORP.maps));
      },
      removeMap: (...args) => {
        asked.push(['remove', ...args]);
        return Promise.resolve(done(CORP.maps));
      },
      tryDirectory: (...args) => {
        asked.push(['try', ...args]);
        return Promise.resolve(
          done({
            steps: [
              { step: 'tls', server: 'ldap.test:636', ok: true, detail: 'verified', ms: 12 },
              { step: 'map', server: null, ok: false, detail: 'no map fits: no login', ms: 0 },
            ],
            ok: false,
          }),
        );
      },
    },
  });
  await terminal.sees('web1');
  terminal.press('ctrl-o');
  await terminal.sees('type to find a safe');
  terminal.press('ctrl-n');
  await terminal.sees(/corp +1 +group CyberArk/);
  terminal.press('ctrl-a');
  await terminal.sees('A new map');
  terminal.press('tab');
  terminal.press('tab');
  await terminal.sees("The group's DN");
  terminal.press('ctrl-s');
  await terminal.sees('Name a group of the directory.');
  terminal.type('ops');
  await terminal.sees('ops_');
  terminal.press('enter');
  terminal.type('Linux');
  await terminal.sees('Linux_');
  terminal.press('ctrl-s');
  await terminal.sees('you are not in Linux');
  terminal.press('ctrl-s');
  await terminal.sees('A map of corp is added.');

  const open = async (label: string, steps: number) => {
    terminal.press('enter');
    await terminal.sees('Move it one place up');
    for (let n = 0; n < steps; n += 1) terminal.press('down');
    await terminal.sees(new RegExp(`[>›] +[^ ]* *${label}`));
    terminal.press('enter');
  };
  terminal.type('staff');
  await terminal.sees('> staff_');
  await open('Move it one place up', 0);
  await terminal.sees('The first map that fits counts');
  terminal.press('enter');
  await terminal.sees('Map 2 of corp is moved up.');
  await open('Move it one place down', 1);
  await terminal.sees('it is the last already');
  terminal.press('escape');
  await terminal.sees('> staff_');
  await open('Remove it', 2);
  terminal.press('enter');
  await terminal.sees('Map 2 of corp is removed.');
  terminal.press('ctrl-t');
  await terminal.sees('Try a directory');
  terminal.press('enter');
  terminal.type('bob');
  await terminal.sees('bob_');
  terminal.press('enter');
  await terminal.sees(/map +FAILED +no map fits/);
  terminal.press('escape');
  await terminal.sees('> staff_');
  const wanted = { rule: { kind: 'group', group: 'ops' }, groups: ['Linux'], rights: [], location: null };
  expect(asked).toEqual([
    ['corp', null, wanted],
    ['corp', null, wanted],
    ['move', 'corp', 2, 1],
    ['remove', 'corp', 2],
    ['try', 'corp', 'bob'],
  ]);
});

test('who may not say what people get is not offered it', async () => {
  const { terminal } = mount({ loggedIn: person('addUpdateUsers'), services: { directories } });
  await terminal.sees('web1');
  terminal.press('ctrl-o');
  const screen = await terminal.sees('type to find a safe');
  expect(screen).not.toMatch(/(Ctrl-|\^)N/);
  terminal.press('ctrl-n');
  terminal.type('x');
  expect(await terminal.sees('> x_')).not.toContain('corp');
});

test('what is filled in becomes a map', () => {
  const from = (values: Record<string, string>) => mapOf((name) => values[name] ?? '');
  expect(from({ who: 'everybody' }).map.rule).toEqual({ kind: 'everybody' });
  expect(
    from({ who: 'an attribute', attribute: 'title=Chief of all', place: '2', rights: 'addSafes' }),
  ).toEqual({
    position: 2,
    map: {
      ...{ rule: { kind: 'attribute', attribute: 'title', value: 'Chief of all' }, groups: [] },
      ...{ rights: ['addSafes'], location: null },
    },
  });
  const check = (name: string, typed: string) => {
    const field = newMapFields(['corp']).find((one) => one.name === name);
    return field?.kind === 'text' ? (field.check?.(typed) ?? null) : 'no such field';
  };
  expect(check('attribute', 'title')).not.toBeNull();
  expect(check('rights', 'addSafes, everything')).toBe('everything is no right.');
  expect(check('place', '0')).not.toBeNull();
});
