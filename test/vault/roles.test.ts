import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CALLS, type Caller, type CallName } from '#/contract/calls.js';
import { COMPONENTS, type Component } from '#/domain/people.js';
import { callerFor, type Role, SOCKET_COMPONENTS } from '#/vault/roles.js';
import { COMPONENT_SOCKET, client, component, type Running, SOCKETS, startVault } from './in-process.ts';

const calls = Object.keys(CALLS) as CallName[];

/** The table of the internal users, written down a second time: an operation that is new has to be put in here, too. */
const TABLE: Readonly<Record<Component, string>> = {
  // opens the portal, and proves with PSMConnect's key that a session may land
  PVWAApp: 'portal.configuration portal.psmServer',
  // nothing on its own: each call carries the ticket of a person, or what he logs in with
  PVWAGW: 'person.*',
  // takes sealed segments, and learns of what is deleted
  PSMApp: 'recording.pending recording.stored recording.leaving recording.removed',
  // a session: its secret, once, and what becomes of it
  PSMGW: [
    'session.hello session.landed session.redeem session.redeemAttach session.shadow session.hostKey',
    'session.stage session.ride session.loginGoesOn session.loginOver session.head session.state',
    'session.facts session.ended session.redeemWatch session.watchGoesOn session.watchEnded',
    'session.redeemControl session.controlGoesOn session.controlEnded',
  ].join(' '),
  // one recording, or a search, against a permit
  PSMAdminConnect: 'replay.redeem replay.key replay.goesOn replay.over search.redeem search.page',
};
const OF_ALL = ['component.rotation'];
const OF_ANYBODY = ['component.login', 'component.unable', 'vault.status'];

function expectedCallers(call: CallName): readonly Caller[] {
  if (OF_ANYBODY.includes(call)) return ['anybody'];
  if (OF_ALL.includes(call)) return COMPONENTS;
  if (call.startsWith('admin.')) return ['console'];
  return COMPONENTS.filter((one) =>
    TABLE[one].split(' ').some((row) => row === call || (row === 'person.*' && call.startsWith('person.'))),
  );
}

const allowed = (call: CallName): readonly Caller[] => CALLS[call].callers;

describe('the table of roles', () => {
  const sets = COMPONENTS.reduce<Component[][]>(
    (all, one) => [...all, ...all.map((set) => [...set, one])],
    [[]],
  );

  test('lets a call through exactly when one of its callers logged in, on its own socket', () => {
    for (const socket of SOCKETS) {
      for (const set of sets) {
        const role: Role = { socket, components: new Set(set) };
        for (const call of calls) {
          const mine: readonly Caller[] =
            socket === 'admin'
              ? ['console', 'anybody']
              : [...set.filter((one) => SOCKET_COMPONENTS[socket].includes(one)), 'anybody'];
          expect(callerFor(role, call) !== null, `${call} for ${set.join('+')} on ${socket}`).toBe(
            allowed(call).some((one) => mine.includes(one)),
          );
        }
      }
    }
  });

  test.each(calls)('%s is asked by those whom the table names, and by somebody', (call) => {
    expect(expectedCallers(call)).not.toEqual([]);
    expect(allowed(call).toSorted()).toEqual(expectedCallers(call).toSorted());
  });

  test('names no call that there is not', () => {
    const named = Object.values(TABLE).flatMap((rows) => rows.split(' '));
    expect(named.filter((row) => row !== 'person.*' && !(calls as readonly string[]).includes(row))).toEqual(
      [],
    );
  });

  test('has no secret for anybody', () => {
    const open = calls.filter((call) => allowed(call).includes('anybody'));
    expect(open).toEqual(['component.login', 'component.unable', 'vault.status']);
    expect(calls.filter((call) => call.startsWith('admin.') && allowed(call).join() !== 'console')).toEqual(
      [],
    );
  });
});

describe('over the sockets', () => {
  let running: Running;
  beforeAll(async () => {
    running = await startVault();
  });
  afterAll(() => running.stop());

  test('a stranger gets nothing from any socket but the state of the vault', async () => {
    for (const socket of SOCKETS.filter((one) => one !== 'admin')) {
      const stranger = client(running, socket);
      expect(await stranger.ask('vault.status', {})).toMatchObject({ sealed: false, isolation: 3 });
      for (const call of calls.filter((one) => !allowed(one).includes('anybody'))) {
        const outcome = await stranger.peer.call(call, {});
        expect(outcome.ok ? call : outcome.failure.code).toBe('NOT_YOUR_ROLE');
      }
    }
  });

  test.each(COMPONENTS.map((one) => [one]))('%s gets what is his, and the rest refused', async (one) => {
    const here = await component(running, [one]);
    for (const call of calls) {
      const outcome = await here.peer.call(call, { not: 'valid' });
      const mine = allowed(call).includes(one) || allowed(call).includes('anybody');
      expect(outcome.ok ? 'ok' : outcome.failure.code, call).toBe(mine ? 'BAD_INPUT' : 'NOT_YOUR_ROLE');
    }
  });

  test('a component logs in on its own socket only, with its own password only', async () => {
    for (const socket of SOCKETS) {
      const here = client(running, socket);
      for (const one of COMPONENTS) {
        const outcome = await here.peer.call(
          'component.login',
          { component: one },
          Buffer.from(running.passwords[one]),
        );
        expect(outcome.ok, `${one} on ${socket}`).toBe(COMPONENT_SOCKET[one] === socket);
      }
      const wrong = client(running, socket);
      expect(await wrong.refused('component.login', { component: 'PSMGW' }, Buffer.alloc(32))).toMatchObject({
        code: socket === 'vault-session' ? 'CREDENTIAL_MISMATCH' : 'NOT_YOUR_ROLE',
      });
      expect(await wrong.refused('component.login', { component: 'PVWAApp' }, Buffer.alloc(0))).toMatchObject(
        { code: socket === 'vault-portal' ? 'CREDENTIAL_MISMATCH' : 'NOT_YOUR_ROLE' },
      );
    }
  });

  test('refusals are audited with who and what', async () => {
    const recorder = await component(running, ['PSMApp']);
    await recorder.refused('portal.psmServer', { sessionId: 'n', nonce: '', permit: '' });
    const [row] = await client(running, 'admin').ask('admin.audit.list', {
      after: 0,
      limit: 1,
      newestFirst: true,
    });
    expect(row).toMatchObject({
      action: 'componentRefused',
      code: 921,
      outcome: 'failure',
      actor: 'PSMApp',
      detail: 'PSMApp may not ask for portal.psmServer.',
    });
  });

  test('a call that does not exist is a broken protocol, also when its name is in every object', async () => {
    for (const call of ['admin.nothing', 'constructor', '__proto__', '']) {
      const outcome = await client(running, 'admin').peer.call(call, {});
      expect(outcome.ok ? call : outcome.failure.code).toBe('PROTOCOL');
    }
  });
});
