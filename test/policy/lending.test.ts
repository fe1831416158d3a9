import { expect, test } from 'vitest';
import type { Lendable } from '#/domain/lending.js';
import type { IsolationLevel } from '#/domain/session.js';
import type { SettingValues } from '#/domain/settings.js';
import { judgeLending, lendingWords } from '#/policy/lending.js';
import { resolvePolicy } from '#/policy/resolve.js';

const policy = (stored: Partial<Record<'agentForwarding' | 'x11Forwarding' | 'fourEyes', boolean>>) =>
  ({ ...resolvePolicy([]).values, ...stored }) as SettingValues;

test('nothing is lent unless it is said', () => {
  expect(judgeLending(policy({}), 3, ['agent', 'x11'])).toEqual({
    lent: [],
    withheld: [
      { what: 'agent', why: 'setting' },
      { what: 'x11', why: 'setting' },
    ],
  });
});

const no = { agentForwarding: false, x11Forwarding: false };
const agent = { agentForwarding: true, x11Forwarding: false };
const x11 = { agentForwarding: false, x11Forwarding: true };
const watched = { agentForwarding: true, x11Forwarding: true, fourEyes: true };
const both: readonly Lendable[] = ['agent', 'x11'];
test.each<
  [Parameters<typeof policy>[0], IsolationLevel, readonly Lendable[], readonly Lendable[], readonly string[]]
>([
  [no, 3, [], [], []],
  [agent, 3, [], [], []],
  [no, 3, ['agent'], [], ['agent not forwarded: agentForwarding is no']],
  [no, 3, ['x11'], [], ['x11 not forwarded: x11Forwarding is no']],
  [agent, 3, both, ['agent'], ['agent forwarded', 'x11 not forwarded: x11Forwarding is no']],
  [agent, 0, ['agent'], ['agent'], ['agent forwarded']],
  [x11, 3, both, ['x11'], ['x11 forwarded', 'agent not forwarded: agentForwarding is no']],
  [x11, 2, ['x11'], [], ['x11 not forwarded: the isolation level is below 3']],
  [x11, 0, ['x11'], [], ['x11 not forwarded: the isolation level is below 3']],
  [watched, 3, both, ['agent'], ['agent forwarded', 'x11 not forwarded: fourEyes is yes']],
])('%j at level %s, offered %j: %j', (settings, level, offered, lent, words) => {
  const said = judgeLending(policy(settings), level, offered);
  expect(said.lent).toEqual(lent);
  expect(lendingWords(said)).toEqual(words);
});
