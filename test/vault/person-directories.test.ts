/** What people of a directory get, as those say who hold manageDirectoryMapping. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CallArgs } from '#/contract/calls.js';
import { VAULT_RIGHTS, type VaultRight } from '#/domain/permission.js';
import {
  BIND_DN,
  BIND_PASSWORD,
  type Certificates,
  group,
  HAS_SLAPD,
  makeCertificates,
  PASSWORD,
  person,
  personDn,
  type Slapd,
  startSlapd,
} from '../helpers/slapd.ts';
import { type Client, client, logIn, portal, type Running, startVault } from './in-process.ts';

type NewMap = CallArgs<'person.directory.map.add'>['map'];
const map = (rule: NewMap['rule'], more: Partial<NewMap> = {}): NewMap => ({
  ...{ rule, groups: [], rights: [], location: null },
  ...more,
});
const everybody = { kind: 'everybody' } as const;

describe.skipIf(!HAS_SLAPD)('maps, as people manage them (slapd)', () => {
  let certificates: Certificates;
  let slapd: Slapd;
  let running: Running;
  let desk: Client;
  let door: Client;
  beforeAll(async () => {
    certificates = makeCertificates();
    const ldif = [person('alice'), group('staff', [personDn('alice')])].join('\n');
    [slapd, running] = await Promise.all([startSlapd(certificates, { ldif }), startVault()]);
    desk = client(running, 'admin');
    door = await portal(running);
    await desk.ask('admin.group.add', { name: 'Linux' });
    await desk.ask('admin.group.add', { name: 'Windows' });
    await desk.ask(
      'admin.directory.add',
      { name: 'corp', bindDn: BIND_DN, preset: false, settings: slapd.settings() },
      Buffer.from(BIND_PASSWORD),
    );
  }, 60_000);
  afterAll(async () => {
    await running?.stop();
    await slapd?.stop();
    rmSync(certificates.folder, { recursive: true, force: true });
  });

  async function user(name: string, rights: readonly VaultRight[], groups: readonly string[] = []) {
    await desk.ask(
      'admin.user.add',
      {
        name,
        groups: [...groups],
        mustChange: false,
        rights: [...rights],
        expiresAt: null,
        logonHours: null,
      },
      Buffer.from('pa55word'),
    );
    return await logIn(door, name, 'pa55word');
  }
  const rules = async () => (await desk.ask('admin.directory.list', {}))[0]?.maps.map(({ rule }) => rule);

  test('give what their maker has himself; the audit says who made them', async () => {
    const ticket = await user('mapper', ['manageDirectoryMapping'], ['Linux']);
    const add = (wanted: NewMap) => ({ ticket, name: 'corp', position: 1, map: wanted });
    const made = await door.ask(
      'person.directory.map.add',
      add(map({ kind: 'group', group: 'staff' }, { groups: ['Linux'] })),
    );
    expect(made[0]).toMatchObject({ position: 1, rule: 'group staff', groups: ['Linux'] });
    const [row] = await desk.ask('admin.audit.list', { after: 0, limit: 1, newestFirst: true });
    expect(row).toMatchObject({
      action: 'directoryChanged',
      actor: 'mapper',
      gateway: 'PVWAGW',
      from: '192.0.2.7',
      target: 'corp',
      detail: 'map 1 added: group staff gives Linux',
    });
    const inside = await door.ask(
      'person.login',
      { user: 'alice', method: 'corp', from: '192.0.2.9', via: 'ssh' },
      Buffer.from(PASSWORD),
    );
    expect(inside.person.groups).toEqual(['Linux']);
    for (const beyond of [
      { groups: ['Windows'] },
      { groups: ['Auditors'] },
      { rights: ['addSafes' as const] },
    ])
      expect(await door.refused('person.directory.map.add', add(map(everybody, beyond)))).toMatchObject({
        code: 'DENIED',
      });
  });

  test('are not taken out of the way of, or moved before, others that give more', async () => {
    const ticket = await user('mover', ['manageDirectoryMapping'], ['Linux']);
    // staff to Linux, then CyberArk_Auditors to Auditors
    expect(await rules()).toEqual(['group staff', 'group CyberArk_Auditors']);
    const asked = { ticket, name: 'corp' };
    expect(await door.refused('person.directory.map.remove', { ...asked, position: 1 })).toMatchObject({
      code: 'DENIED',
      message: expect.stringContaining('you are not in Auditors') as string,
    });
    expect(await door.refused('person.directory.map.move', { ...asked, from: 2, to: 1 })).toMatchObject({
      code: 'DENIED',
    });
    expect(await door.refused('person.directory.map.move', { ...asked, from: 1, to: 2 })).toMatchObject({
      code: 'DENIED',
    });
    await door.ask('person.directory.map.add', { ...asked, position: null, map: map(everybody) });
    await door.ask('person.directory.map.remove', { ...asked, position: 3 });
    expect(await rules()).toEqual(['group staff', 'group CyberArk_Auditors']);
    const chief = await user('chief', VAULT_RIGHTS);
    await door.ask('person.directory.map.move', { ticket: chief, name: 'corp', from: 2, to: 1 });
    expect(await rules()).toEqual(['group CyberArk_Auditors', 'group staff']);
    expect(
      await door.refused('person.directory.map.remove', { ticket: chief, name: 'corp', position: 9 }),
    ).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('free nobody of a second factor, whichever way they are changed', async () => {
    await desk.ask('admin.group.add', { name: 'Strict' });
    await desk.ask('admin.group.add', { name: 'Lax' });
    await desk.ask(
      'admin.directory.add',
      { name: 'lab', bindDn: BIND_DN, preset: false, settings: slapd.settings() },
      Buffer.from(BIND_PASSWORD),
    );
    const ticket = await user('freer', ['manageDirectoryMapping'], ['Linux', 'Strict', 'Lax', 'Auditors']);
    await desk.ask('admin.group.set', { name: 'Strict', secondFactor: 'required' });
    await desk.ask('admin.group.set', { name: 'Lax', secondFactor: 'off' });
    const lab = { ticket, name: 'lab' };
    const strict = map({ kind: 'group', group: 'staff' }, { groups: ['Strict', 'Linux'] });
    const before = map({ kind: 'attribute', attribute: 'uid', value: 'alice' }, { groups: ['Linux'] });
    const free = (call: 'add' | 'move' | 'remove', args: object) =>
      door.refused(`person.directory.map.${call}`, { ...lab, ...args } as never);
    const freed = { code: 'DENIED', message: expect.stringContaining('second factor') as string };
    await door.ask('person.directory.map.add', { ...lab, position: 1, map: strict });
    await door.ask('person.directory.map.add', { ...lab, position: 3, map: before });
    // staff to Strict, CyberArk_Auditors to Auditors, alice to Linux
    expect(await free('add', { position: 1, map: before })).toMatchObject(freed);
    expect(await free('move', { from: 3, to: 1 })).toMatchObject(freed);
    expect(await free('move', { from: 1, to: 2 })).toMatchObject(freed);
    expect(await free('remove', { position: 1 })).toMatchObject(freed);
    // nor through nothing at all: the last one goes, and comes back without the group
    await door.ask('person.directory.map.move', { ...lab, from: 3, to: 2 });
    await door.ask('person.directory.map.remove', { ...lab, position: 3 });
    await door.ask('person.directory.map.remove', { ...lab, position: 2 });
    expect(await free('remove', { position: 1 })).toMatchObject(freed);
    // nor is anybody let fall into a group that switches it off
    expect(await free('add', { position: null, map: map(everybody, { groups: ['Lax'] }) })).toMatchObject(
      freed,
    );
    // what asks no less may come before it, and what it asks nobody of may go
    const asking = map(everybody, { groups: ['Strict'] });
    await door.ask('person.directory.map.add', { ...lab, position: 1, map: asking });
    await door.ask('person.directory.map.move', { ...lab, from: 1, to: 2 });
    const chief = await logIn(door, 'chief', 'pa55word');
    await door.ask('person.directory.map.add', { ticket: chief, name: 'lab', position: 1, map: before });
    await door.ask('person.directory.map.remove', { ticket: chief, name: 'lab', position: 2 });
    await desk.ask('admin.directory.remove', { name: 'lab' });
  });

  test('are tried without changing anything, and what a directory gave is not taken by hand', async () => {
    const ticket = await user('trier', ['manageDirectoryMapping']);
    const { steps, ok } = await door.ask('person.directory.test', { ticket, name: 'corp', user: 'alice' });
    expect(ok).toBe(true);
    expect(steps.at(-1)?.detail).toBe('alice@corp: groups Linux; rights none; location none');
    expect(JSON.stringify(await door.ask('person.directories', { ticket }))).not.toContain(BIND_PASSWORD);
    const chief = await logIn(door, 'chief', 'pa55word');
    const alice = { ticket: chief, name: 'alice@corp' };
    for (const change of [{ groups: [] }, { rights: ['addSafes' as const] }])
      expect(await door.refused('person.user.set', { ...alice, ...change })).toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringMatching(/map/) as string,
      });
    await door.ask('person.user.set', { ...alice, groups: ['Linux', 'Windows'] });
    expect(
      (await desk.ask('admin.user.list', {})).find(({ name }) => name === 'alice@corp')?.groups.toSorted(),
    ).toEqual(['Linux', 'Windows']);
  });
});
