import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CredentialLook } from '#/contract/orders.js';
import { done } from '#/domain/outcome.js';
import type { Component } from '#/domain/people.js';
import { rotateDue } from '#/vault/rotate-due.js';
import { client, component, portal, type Running, startVault } from './in-process.ts';

let running: Running;
beforeEach(async () => {
  running = await startVault({ settings: { credentialRotationMinutes: 60 } });
});
afterEach(() => running.stop());

const console = () => client(running, 'admin');
const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64');
const next = Buffer.alloc(32, 5);
const codes = async () =>
  (await console().ask('admin.audit.list', { after: 0, limit: 50, newestFirst: true })).map(
    ({ action, outcome, actor, detail }) => `${action} ${outcome} ${actor}: ${detail ?? ''}`,
  );

function found(hash: Buffer | null, more: Partial<CredentialLook> = {}): CredentialLook {
  return {
    kind: 'credential',
    state: hash === null ? 'missing' : 'good',
    detail: hash === null ? 'does not exist' : 'opens',
    hash: hash === null ? null : sha(hash),
    stagedHash: null,
    hostName: 'bastion',
    uid: 1,
    executable: 'processes/recorder.js',
    madeAt: Date.now(),
    ...more,
  };
}

async function rotated(one: Component): Promise<Buffer> {
  const here = await component(running, [one]);
  await here.ask('component.rotation', { component: one, step: 'begin' });
  await here.ask('component.rotation', { component: one, step: 'commit' }, Buffer.from(next));
  await here.ask('component.rotation', { component: one, step: 'end' });
  return next;
}

describe('a component password', () => {
  const before = () => Buffer.from(running.passwords.PSMApp);

  test('of before a rotation is good for one login, and no more', async () => {
    await rotated('PSMApp');
    const here = client(running, 'vault-recorder');
    expect(await here.ask('component.login', { component: 'PSMApp' }, before())).toMatchObject({
      previous: true,
    });
    expect(await here.refused('component.login', { component: 'PSMApp' }, before())).toMatchObject({
      code: 'CREDENTIAL_MISMATCH',
      next: 'On the bastion: postern credfile resync PSMApp',
    });
    expect(await here.ask('component.login', { component: 'PSMApp' }, Buffer.from(next))).toMatchObject({
      previous: false,
    });
    expect(await codes()).toContain('credentialRotated ok PSMApp: the vault took the new password');
  });

  test('of before a rotation is worth nothing after an hour', async () => {
    await rotated('PSMApp');
    running.advance(60 * 60_000);
    expect(
      await client(running, 'vault-recorder').refused('component.login', { component: 'PSMApp' }, before()),
    ).toMatchObject({ code: 'CREDENTIAL_MISMATCH' });
  });

  test('is changed by who holds the right to it, for himself, and in full length only', async () => {
    const here = await portal(running);
    const other = await component(running, ['PVWAApp']);
    const commit = { component: 'PVWAApp', step: 'commit' } as const;
    expect(await here.refused('component.rotation', commit, Buffer.alloc(32))).toMatchObject({
      code: 'CREDENTIAL_BUSY',
    });
    await here.ask('component.rotation', { component: 'PVWAApp', step: 'begin' });
    expect(await here.refused('component.rotation', commit, Buffer.alloc(31))).toMatchObject({
      code: 'BAD_INPUT',
    });
    expect(await other.refused('component.rotation', commit, Buffer.alloc(32))).toMatchObject({
      code: 'CREDENTIAL_BUSY',
    });
    expect(await other.refused('component.rotation', { component: 'PVWAGW', step: 'begin' })).toMatchObject({
      code: 'NOT_YOUR_ROLE',
    });
    expect(
      await here.ask('component.rotation', { component: 'PVWAApp', step: 'check' }, Buffer.alloc(32)),
    ).toEqual({ current: false });
    expect(
      await here.refused('component.rotation', { component: 'PVWAApp', step: 'check' }, Buffer.alloc(31)),
    ).toMatchObject({ code: 'BAD_INPUT' });
  });

  test('that is old enough is changed by itself, by one process, and a failure is tried again later', async () => {
    const asked: unknown[] = [];
    await component(running, ['PSMApp'], async (call, args) => {
      asked.push([call, args]);
      return done({ value: null });
    });
    await rotateDue(running.vault);
    expect(asked).toEqual([]);
    running.advance(61 * 60_000);
    await rotateDue(running.vault);
    await rotateDue(running.vault);
    expect(asked).toEqual([['component.rotate', { component: 'PSMApp' }]]);
    running.advance(11 * 60_000);
    await rotateDue(running.vault);
    expect(asked).toHaveLength(2);
  });
});

describe('a disabled component', () => {
  test('is refused from this moment on, and taken back without a new login', async () => {
    const here = await portal(running);
    await here.ask('portal.configuration', {});
    await console().ask('admin.component.set', { component: 'PVWAApp', disabled: true });
    const why = { code: 'COMPONENT_DISABLED', next: 'On the bastion: postern component enable PVWAApp' };
    expect(await here.refused('portal.configuration', {})).toMatchObject(why);
    expect(
      await client(running, 'vault-portal').refused(
        'component.login',
        { component: 'PVWAApp' },
        Buffer.from(running.passwords.PVWAApp),
      ),
    ).toMatchObject(why);
    await console().ask('admin.component.set', { component: 'PVWAApp', disabled: false });
    await here.ask('portal.configuration', {});
    expect(await codes()).toContain('componentChanged ok root@console: disabled');
  });

  test('with a wrong password hears of the password only', async () => {
    await console().ask('admin.component.set', { component: 'PSMApp', disabled: true });
    expect(
      await client(running, 'vault-recorder').refused(
        'component.login',
        { component: 'PSMApp' },
        Buffer.alloc(32),
      ),
    ).toMatchObject({ code: 'CREDENTIAL_MISMATCH' });
  });
});

describe('credential files by hand', () => {
  test('a mismatch is seen and repaired, and nothing before it counts any more', async () => {
    running.result = found(next);
    expect(await console().ask('admin.component.list', {})).toMatchObject([
      { component: 'PVWAApp', state: 'mismatch' },
      {},
      {},
      {},
      {},
    ]);
    running.result = found(next, { stagedHash: sha(next) });
    expect(await console().ask('admin.credfile.resync', { component: 'PSMApp' })).toMatchObject({
      state: 'good',
      problem: null,
      file: 'credentials/recorder/psmapp.ini',
    });
    expect(running.orders.map((one) => one.kind === 'credential' && one.step)).toEqual([
      ...Array.from({ length: 5 }, () => 'look'),
      'stage',
      'promote',
      'look',
    ]);
    const here = client(running, 'vault-recorder');
    await here.ask('component.login', { component: 'PSMApp' }, Buffer.from(next));
    expect(
      await here.refused('component.login', { component: 'PSMApp' }, Buffer.from(running.passwords.PSMApp)),
    ).toMatchObject({ code: 'CREDENTIAL_MISMATCH' });
    expect(await codes()).toContain(
      'credentialRepaired ok root@console: the credential file was repaired, with a new password',
    );
  });

  test('a file that is there is not made again', async () => {
    running.result = found(next);
    expect(await console().refused('admin.credfile.create', { component: 'PSMApp' })).toMatchObject({
      code: 'ALREADY_EXISTS',
    });
    expect(running.orders).toHaveLength(1);
  });

  test('a file that cannot be written changes nothing in the vault', async () => {
    running.result = { kind: 'failed', detail: 'ENOSPC: no space left on device' };
    expect(await console().refused('admin.credfile.resync', { component: 'PSMApp' })).toMatchObject({
      code: 'CREDENTIAL_FILE',
    });
    await component(running, ['PSMApp']);
  });

  test('a component without a process cannot rotate', async () => {
    expect(await console().refused('admin.credfile.rotate', { component: 'PSMApp' })).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('what keeps PSMGW away is said by the doctor, and to whoever wants to connect', async () => {
    running.result = found(null);
    const why = 'The credential file psmgw.ini has mode 0644, wider than 0600.';
    await client(running, 'vault-session').ask('component.unable', { component: 'PSMGW', why });
    await client(running, 'vault-portal').refused('component.unable', { component: 'PSMGW', why });
    expect(running.vault.components.trouble('PSMGW')).toBe(why);
    const checks = await console().ask('admin.doctor', {});
    expect(checks.find(({ part }) => part === 'credential psmgw.ini')).toEqual({
      part: 'credential psmgw.ini',
      state: 'failure',
      detail: 'psmgw.ini does not exist.',
      next: 'postern credfile resync PSMGW',
    });
  });
});
