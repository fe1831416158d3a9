import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createPermits, PERMIT_LIFE, type PermitGrant } from '#/vault/permits.js';

const connect: PermitGrant = {
  kind: 'connect',
  userId: 'u1',
  accountId: 'a1',
  sessionId: 'n1',
  address: 'web1',
  port: 22,
  hostKey: null,
  share: null,
  lending: { lent: [], withheld: [] },
};

function start() {
  let now = 1000;
  const permits = createPermits({ now: () => now, random: randomBytes });
  return { permits, advance: (ms: number) => void (now += ms) };
}

const here = { sessionId: 'n1', host: 0 };

describe('a permit to connect', () => {
  test('is good once, where it landed', () => {
    const { permits } = start();
    const permit = permits.issue(connect);
    expect(permits.land(permit, 'n1', 0)).toEqual({ ok: true, grant: connect, rode: false });
    expect(permits.redeem(permit, 'connect', here)).toEqual({ ok: true, grant: connect, rode: false });
    expect(permits.redeem(permit, 'connect', here)).toEqual({
      ok: false,
      why: 'the permit was used already',
    });
  });

  test('is 256 bits that nobody can guess from another', () => {
    const { permits } = start();
    const many = new Set(Array.from({ length: 1000 }, () => permits.issue(connect)));
    expect(many.size).toBe(1000);
    for (const one of many) expect(Buffer.from(one, 'base64url')).toHaveLength(32);
  });

  test.each<
    [
      string,
      (
        at: ReturnType<typeof start>,
        permit: string,
      ) => ReturnType<ReturnType<typeof start>['permits']['redeem']>,
      string,
    ]
  >([
    [
      'before it landed',
      ({ permits }, permit) => permits.redeem(permit, 'connect', here),
      'the session has not landed',
    ],
    [
      'for another session',
      ({ permits }, permit) => (
        permits.land(permit, 'n1', 0), permits.redeem(permit, 'connect', { sessionId: 'n2', host: 0 })
      ),
      'the permit is for another session',
    ],
    [
      'by another host',
      ({ permits }, permit) => (permits.land(permit, 'n1', 1), permits.redeem(permit, 'connect', here)),
      'the session landed on another session host',
    ],
    [
      'as another kind',
      ({ permits }, permit) => permits.redeem(permit, 'replay', {}),
      'the permit is not one of ours, or its time is over',
    ],
    [
      'when its time is over',
      ({ permits, advance }, permit) => (
        permits.land(permit, 'n1', 0), advance(PERMIT_LIFE), permits.redeem(permit, 'connect', here)
      ),
      'the permit has expired',
    ],
    [
      'that was invented',
      ({ permits }) => permits.redeem('x'.repeat(43), 'connect', here),
      'the permit is not one of ours, or its time is over',
    ],
  ])('is refused %s', (_when, use, why) => {
    const at = start();
    expect(use(at, at.permits.issue(connect))).toEqual({ ok: false, why });
  });

  test('is used up by a wrong use, too', () => {
    const { permits } = start();
    const permit = permits.issue(connect);
    permits.land(permit, 'n1', 0);
    permits.redeem(permit, 'connect', { sessionId: 'n2', host: 0 });
    expect(permits.redeem(permit, 'connect', here).ok).toBe(false);
  });

  test('lands once, for its own session, in time', () => {
    const { permits, advance } = start();
    const permit = permits.issue(connect);
    expect(permits.land(permit, 'n2', 0)).toEqual({ ok: false, why: 'the permit is for another session' });
    expect(permits.land(permit, 'n1', 0).ok).toBe(true);
    expect(permits.land(permit, 'n1', 0)).toEqual({ ok: false, why: 'the session has landed already' });
    const late = permits.issue(connect);
    advance(PERMIT_LIFE);
    expect(permits.land(late, 'n1', 0)).toEqual({ ok: false, why: 'the permit has expired' });
  });
});

test('a permit to come back is bound to its session and host', () => {
  const attach: PermitGrant = { kind: 'attach', userId: 'u1', sessionId: 'n1', host: 1 };
  const { permits } = start();
  expect(permits.redeem(permits.issue(attach), 'attach', { sessionId: 'n1', host: 1 }).ok).toBe(true);
  expect(permits.redeem(permits.issue(attach), 'attach', { sessionId: 'n1', host: 0 }).ok).toBe(false);
  expect(permits.redeem(permits.issue(attach), 'attach', { sessionId: 'n2', host: 1 }).ok).toBe(false);
  expect(permits.redeem(permits.issue(attach), 'connect', { sessionId: 'n1', host: 1 }).ok).toBe(false);
});
