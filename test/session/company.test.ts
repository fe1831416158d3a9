import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Ending } from '#/domain/session.js';
import { type CompanyOptions, keepCompany } from '#/session/oversight/company.js';
import { type Oversight, startOversight } from '#/session/oversight/oversight.js';
import { waitForCompany } from '#/session/oversight/wait-for-company.js';
import type { Watchers } from '#/session/watchers.js';

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

function rig(options: Partial<CompanyOptions> = {}) {
  let names: readonly string[] = [];
  let heard: () => void = () => undefined;
  const marks: string[] = [];
  const endings: Ending[] = [];
  const oversight: Oversight = startOversight({
    now: Date.now,
    mark: (label) => marks.push(label),
    cover: () => undefined,
    typed: () => undefined,
    giveUp: () => endings.push({ kind: 'owner-ended' }),
  });
  const watchers = {
    get names() {
      return names;
    },
    onChange(listener: () => void) {
      heard = listener;
      return () => void (heard = () => undefined);
    },
  } as unknown as Watchers;
  const keeper = keepCompany({
    oversight,
    watchers,
    owner: 'alice',
    fourEyes: true,
    graceSeconds: 60,
    tell: false,
    now: Date.now,
    end: (ending) => endings.push(ending),
    ...options,
  });
  const watch = (...now: readonly string[]): void => {
    names = now;
    heard();
  };
  return { oversight, keeper, watch, marks, endings };
}
const types = (oversight: Oversight, text = 'a') => oversight.ownerTyped(Buffer.from(text));

test('the session waits until somebody else than its owner watches; nothing that is typed is kept for it', async () => {
  const { oversight, keeper, watch, endings } = rig();
  let started = false;
  void keeper.wait().then(() => (started = true));
  expect(types(oversight)).toBe(false);
  watch('alice');
  await vi.advanceTimersByTimeAsync(1000);
  expect(started).toBe(false);
  watch('alice', 'audrey');
  await vi.advanceTimersByTimeAsync(0);
  expect(started).toBe(true);
  expect(types(oversight)).toBe(true);
  expect(endings).toEqual([]);
});

test('the owner gives up waiting with Ctrl-C', () => {
  const { oversight, keeper, endings } = rig();
  void keeper.wait();
  types(oversight, 'abc');
  expect(endings).toEqual([]);
  types(oversight, '\x03');
  expect(endings).toEqual([{ kind: 'owner-ended' }]);
});

test('it is frozen at once when the last one leaves, goes on when somebody joins, and ends after the grace', () => {
  const { oversight, keeper, watch, marks, endings } = rig();
  void keeper.wait();
  watch('audrey', 'carol');
  watch('carol');
  expect(types(oversight)).toBe(true);
  watch('alice');
  expect(types(oversight)).toBe(false);
  expect(oversight.state.company).toEqual({ kind: 'alone', until: 60_000 });
  vi.advanceTimersByTime(59_000);
  watch('audrey');
  expect(types(oversight)).toBe(true);
  vi.advanceTimersByTime(120_000);
  expect(endings).toEqual([]);
  watch();
  vi.advanceTimersByTime(60_000);
  expect(endings).toEqual([
    { kind: 'terminated', by: 'the rule of four eyes', reason: 'nobody watched it for 60 s' },
  ]);
  expect(marks).toEqual([
    'four eyes: waiting for somebody to watch',
    'four eyes: somebody watches',
    'four eyes: frozen, nobody watches any more',
    'four eyes: somebody watches',
    'four eyes: frozen, nobody watches any more',
  ]);
});

test('nobody who has taken over types in a frozen session', () => {
  const typed: string[] = [];
  const oversight = startOversight({
    now: Date.now,
    mark: () => undefined,
    cover: () => undefined,
    typed: (bytes) => typed.push(bytes.toString()),
    giveUp: () => undefined,
  });
  const keyboard = oversight.takeOver('tom', { pause: () => undefined, resume: () => undefined });
  keyboard?.type(Buffer.from('a'));
  oversight.company({ kind: 'alone', until: 1 });
  keyboard?.type(Buffer.from('b'));
  oversight.company(null);
  keyboard?.type(Buffer.from('c'));
  expect(typed).toEqual(['a', 'c']);
});

test('who watches is told to the owner only where policy says so, and for a moment', () => {
  const told = rig({ fourEyes: false, tell: true });
  const notes = () => told.oversight.state.notes.map(({ text }) => text);
  told.watch('audrey');
  expect(notes()).toEqual(['audrey now watches this session.']);
  expect(types(told.oversight)).toBe(true);
  vi.advanceTimersByTime(5100);
  expect(notes()).toEqual([]);
  told.watch();
  expect(notes()).toEqual(['audrey watches no more.']);
  told.watch('audrey', 'alice');
  vi.advanceTimersByTime(5100);
  told.keeper.greet();
  expect(notes()).toEqual(['audrey now watches this session.']);
  const untold = rig({ fourEyes: false });
  untold.watch('audrey');
  expect(untold.oversight.state.notes).toEqual([]);
});

test('a session that has ended is not frozen by those who leave it', () => {
  const { oversight, keeper, watch } = rig();
  void keeper.wait();
  watch('audrey');
  keeper.stop();
  watch();
  expect(oversight.state.company).toBeNull();
});

test('nobody is waited for longer than ten minutes, or than the session itself', async () => {
  const never = new Promise<void>(() => undefined);
  const control = new AbortController();
  const [late, ended] = [
    waitForCompany(never, new AbortController().signal),
    waitForCompany(never, control.signal),
  ];
  control.abort();
  expect(await ended).toMatchObject({ ok: false, failure: { code: 'SESSION_GONE' } });
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect(await late).toMatchObject({ ok: false, failure: { code: 'FOUR_EYES_NOBODY' } });
  expect(await waitForCompany(Promise.resolve(), new AbortController().signal)).toMatchObject({ ok: true });
});
