import type { Lendable, Lent } from '#/domain/lending.js';
import type { SettingName, SettingValues } from '#/domain/settings.js';

const SETTING = { agent: 'agentForwarding' } as const satisfies Record<Lendable, SettingName>;

/** What of that which a client offers may be used by the target. The session goes on without the rest. */
export function judgeLending(settings: SettingValues, offered: readonly Lendable[]): Lent {
  const lent = offered.filter((one) => settings[SETTING[one]]);
  return { lent, withheld: offered.filter((one) => !lent.includes(one)) };
}

/** For the audit. */
export function lendingWords({ lent, withheld }: Lent): readonly string[] {
  return [
    ...lent.map((one) => `${one} forwarded`),
    ...withheld.map((one) => `${one} not forwarded: ${SETTING[one]} is no`),
  ];
}
