import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { OPENSSH_LIMITS } from '#/door/limits.js';
import { openAdmission, type Visit } from '#/door/visit.js';

let now = 0;
let roll = 0.999;
const chance = { now: () => now, random: () => roll };
const nobody = (): void => undefined;

function come(
  admission = openAdmission({ limits: OPENSSH_LIMITS, chance, penalties: true }),
  from = '192.0.2.1',
  dismiss: (why: string) => void = nobody,
): Visit {
  const visit = admission.admit(from, dismiss);
  if ('refused' in visit) throw new Error(visit.refused);
  return visit;
}

beforeEach(() => {
  now = 0;
  roll = 0.999;
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

describe('a visit', () => {
  test('is dismissed after the grace time, and not when somebody logged in', () => {
    const said: string[] = [];
    const admission = openAdmission({ limits: OPENSSH_LIMITS, chance, penalties: true });
    come(admission, '192.0.2.1', (why) => said.push(why));
    come(admission, '192.0.2.2', (why) => said.push(why)).identify();
    vi.advanceTimersByTime(119_999);
    expect(said).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(said).toEqual(['Nobody logged in within 120 seconds.']);
  });

  test('counts as a stranger again after a logout', () => {
    const said: string[] = [];
    const visit = come(undefined, '192.0.2.1', (why) => said.push(why));
    visit.identify();
    vi.advanceTimersByTime(1_000_000);
    visit.forget();
    vi.advanceTimersByTime(120_001);
    expect(said).toHaveLength(1);
  });

  test('is over at the sixth refusal, whatever refused it', () => {
    const said: string[] = [];
    const visit = come(undefined, '192.0.2.1', (why) => said.push(why));
    for (let n = 0; n < 3; n += 1) expect(visit.miss()).toBe(true);
    for (let n = 0; n < 2; n += 1) expect(visit.attempt()).toBe(true);
    expect(visit.attempt()).toBe(false);
    expect(said).toEqual(['Too many failed logins on this connection.']);
  });

  test('holds a place only while nobody is known', () => {
    const admission = openAdmission({
      limits: { ...OPENSSH_LIMITS, startups: { begin: 2, rate: 100, full: 2 } },
      chance,
      penalties: true,
    });
    const first = come(admission);
    come(admission);
    expect(admission.admit('192.0.2.1', nobody)).toEqual({ refused: 'Exceeded MaxStartups' });
    first.identify();
    const third = come(admission);
    expect(admission.admit('192.0.2.1', nobody)).toEqual({ refused: 'Exceeded MaxStartups' });
    third.end();
    third.end();
    come(admission);
    expect(admission.admit('192.0.2.1', nobody)).toEqual({ refused: 'Exceeded MaxStartups' });
  });
});

describe('penalties of visits', () => {
  const end = (admission: ReturnType<typeof openAdmission>, does: (visit: Visit) => void): void => {
    const visit = come(admission);
    does(visit);
    visit.end();
  };
  const refusedAfter = (does: (visit: Visit) => void): number => {
    const admission = openAdmission({ limits: OPENSSH_LIMITS, chance, penalties: true });
    for (let visits = 0; visits < 40; visits += 1) {
      if ('refused' in admission.admit('192.0.2.1', nobody)) return visits;
      end(admission, does);
    }
    return 40;
  };

  test.each([
    ['three connections with a refused login', 3, (visit: Visit) => void visit.attempt()],
    ['fifteen that try nothing', 15, nobody],
    ['one that broke something of ours', 1, (visit: Visit) => visit.crashed()],
    ['two whose grace time was over', 2, () => void vi.advanceTimersByTime(120_001)],
    [
      'none that logged in, after whatever',
      40,
      (visit: Visit) => {
        visit.attempt();
        visit.identify();
      },
    ],
  ])('%s', (_what, visits, does) => {
    expect(refusedAfter(does)).toBe(visits);
  });

  test('are those of one source, and end', () => {
    const admission = openAdmission({ limits: OPENSSH_LIMITS, chance, penalties: true });
    end(admission, (visit) => visit.crashed());
    expect(admission.admit('192.0.2.1', nobody)).toEqual({ refused: 'Not allowed at this time' });
    come(admission, '192.0.2.2');
    now = 91;
    come(admission);
  });

  test('are not given where the address is hearsay', () => {
    const admission = openAdmission({ limits: OPENSSH_LIMITS, chance, penalties: false });
    end(admission, (visit) => visit.crashed());
    come(admission);
  });
});
