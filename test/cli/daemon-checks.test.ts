import { describe, expect, it } from 'vitest';
import { checksOf, daemonChecks } from '#/cli/daemon-checks.js';
import type { DaemonStatus } from '#/contract/status.js';

const child = { name: 'vault', pid: 7, state: 'ready', restarts: 0, lastEnd: null, identity: null } as const;
const status: DaemonStatus = {
  version: 1,
  pid: 5,
  startedAt: '2026-11-23T12:00:00.000Z',
  state: 'ready',
  listen: '127.0.0.1:2222',
  home: '/h',
  recordings: '/r',
  root: true,
  isolation: 3,
  minimumIsolation: 3,
  isolationTrials: [
    { level: 3, reached: true, failure: null, walls: [{ wall: 'no network', holds: true, found: 'x' }] },
  ],
  reduced: [],
  children: [child],
};
const states = (changed: Partial<DaemonStatus>): string[] =>
  checksOf({ ...status, ...changed }).map(({ part, state }) => `${part}: ${state}`);

describe('what doctor says of the daemon', () => {
  it('is good when everything is up', () => {
    expect(states({})).toEqual(['daemon: ok', 'process vault: ok', 'isolation level 3: ok']);
  });

  it.each([
    [
      'a process that is down',
      { ...child, state: 'waiting' as const, restarts: 3, lastEnd: 'ended with 1' },
      'failure',
      'waiting; started again 3 times, last because it ended with 1',
    ],
    [
      'a process that was started again',
      { ...child, restarts: 1, lastEnd: 'ended by SIGKILL' },
      'warning',
      'process 7 is up; started again 1 times, last because it ended by SIGKILL',
    ],
    ['a demo that is down', { ...child, name: 'demo', state: 'waiting' as const }, 'warning', 'waiting'],
  ])('names %s', (_, changed, state, detail) => {
    expect(checksOf({ ...status, children: [changed] })[1]).toMatchObject({ state, detail });
  });

  it('says which wall fell at which level, and what is reduced', () => {
    const trials = [
      {
        level: 3 as const,
        reached: false,
        failure: null,
        walls: [{ wall: 'no network', holds: false, found: 'connect_inet=OK' }],
      },
      { level: 2 as const, reached: true, failure: null, walls: [] },
    ];
    const checks = checksOf({ ...status, isolationTrials: trials, reduced: ['isolation is 2 of 3'] });
    expect(checks.slice(2).map(({ part, state, detail }) => [part, state, detail])).toEqual([
      ['isolation level 3', 'warning', 'no network (connect_inet=OK)'],
      ['isolation level 2', 'ok', 'no walls'],
      ['reduced', 'warning', 'isolation is 2 of 3'],
    ]);
  });

  it('says so when the daemon left no word', () => {
    expect(daemonChecks('/nowhere')).toMatchObject([{ part: 'daemon', state: 'warning' }]);
  });
});
