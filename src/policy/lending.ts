import type { Lendable, Lent, Withheld } from '#/domain/lending.js';
import type { IsolationLevel } from '#/domain/session.js';
import type { SettingName, SettingValues } from '#/domain/settings.js';

const SETTING = { agent: 'agentForwarding', x11: 'x11Forwarding' } as const satisfies Record<
  Lendable,
  SettingName
>;

/** What of that which a client offers may be used by the target. The session goes on without the rest. */
export function judgeLending(
  settings: SettingValues,
  isolation: IsolationLevel,
  offered: readonly Lendable[],
): Lent {
  const withheld = offered.flatMap((what) => against(what, settings, isolation) ?? []);
  return { lent: offered.filter((one) => !withheld.some(({ what }) => what === one)), withheld };
}

/**
 * The same when the permit is used: at most what it was given for. Whatever was decided then from what is lent, such as who may
 * ride on its login, stays right.
 */
export function judgeLendingAgain(settings: SettingValues, isolation: IsolationLevel, granted: Lent): Lent {
  const { lent, withheld } = judgeLending(settings, isolation, granted.lent);
  return { lent, withheld: [...granted.withheld, ...withheld] };
}

function against(what: Lendable, settings: SettingValues, isolation: IsolationLevel): Withheld | null {
  if (!settings[SETTING[what]]) return { what, why: 'setting' };
  if (what === 'agent') return null;
  if (settings.fourEyes) return { what, why: 'four-eyes' };
  return isolation === 3 ? null : { what, why: 'isolation' };
}

/** For the audit. */
export function lendingWords({ lent, withheld }: Lent): readonly string[] {
  return [
    ...lent.map((one) => `${one} forwarded`),
    ...withheld.map((one) => `${one.what} not forwarded: ${reason(one)}`),
  ];
}

function reason({ what, why }: Withheld): string {
  if (why === 'setting') return `${SETTING[what]} is no`;
  return why === 'four-eyes' ? 'fourEyes is yes' : 'the isolation level is below 3';
}
