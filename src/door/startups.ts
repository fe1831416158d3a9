/** OpenSSH's MaxStartups `begin:rate:full`: connections without an identity, and when new ones are dropped by chance. */
export interface StartupRule {
  readonly begin: number;
  /** Per cent dropped from `begin` on, rising to 100 at `full`. */
  readonly rate: number;
  readonly full: number;
}

/** sshd_config's default, 10:30:100. */
export const OPENSSH_STARTUPS: StartupRule = { begin: 10, rate: 30, full: 100 };

/** Reads `10:30:100`, or one number for all-or-nothing; null when it is neither. */
export function parseStartups(text: string): StartupRule | null {
  const single = /^\d{1,6}$/.exec(text);
  if (single !== null) return checked({ begin: Number(text), rate: 100, full: Number(text) });
  const [, begin, rate, full] = /^(\d{1,6}):(\d{1,3}):(\d{1,6})$/.exec(text) ?? [];
  return begin === undefined
    ? null
    : checked({ begin: Number(begin), rate: Number(rate), full: Number(full) });
}

function checked(rule: StartupRule): StartupRule | null {
  return rule.begin >= 1 && rule.rate >= 1 && rule.rate <= 100 && rule.full >= rule.begin ? rule : null;
}

/** Per cent of new connections to drop while `open` are without an identity (OpenSSH's should_drop_connection). */
export function dropChance(open: number, rule: StartupRule): number {
  if (open < rule.begin) return 0;
  if (open >= rule.full || rule.rate === 100) return 100;
  return rule.rate + ((100 - rule.rate) * (open - rule.begin)) / (rule.full - rule.begin);
}

/** `roll` is uniform in [0, 1). */
export function mayStart(open: number, rule: StartupRule, roll: number): boolean {
  return roll * 100 >= dropChance(open, rule);
}
