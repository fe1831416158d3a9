import { expect, test } from 'vitest';
import { judgeLending, lendingWords } from '#/policy/lending.js';
import { resolvePolicy } from '#/policy/resolve.js';

const policy = (agentForwarding?: boolean) =>
  resolvePolicy(
    agentForwarding === undefined
      ? []
      : [{ level: 'platform', source: 'platform UnixSSH', stored: { agentForwarding } }],
  ).values;

test.each([
  [undefined, [], [], [], []],
  [undefined, ['agent'], [], ['agent'], ['agent not forwarded: agentForwarding is no']],
  [false, ['agent'], [], ['agent'], ['agent not forwarded: agentForwarding is no']],
  [true, [], [], [], []],
  [true, ['agent'], ['agent'], [], ['agent forwarded']],
] as const)(
  'agentForwarding %s, offered %j: lent %j, withheld %j',
  (setting, offered, lent, withheld, words) => {
    const said = judgeLending(policy(setting), offered);
    expect(said).toEqual({ lent, withheld });
    expect(lendingWords(said)).toEqual(words);
  },
);
